from __future__ import annotations

from fractions import Fraction
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.drivers.speech import towards
from mien.engines.settings import EngineSettings
from mien.errors import OptionError, UnreadableMediaError
from mien.motion.layers import OWN_GAZE
from mien.pipeline.gaze import parse_gaze
from mien.pipeline.verbs.talking import frames_for, talk

pytestmark = pytest.mark.unit

RATES = st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001)])


@given(samples=st.integers(1, 48_000 * 3600 * 12), fps=RATES)
def test_pictures_last_as_long_as_the_sound_to_less_than_a_frame(
    samples: int, fps: Fraction
) -> None:
    length_s = Fraction(samples, 48_000)
    shown_s = frames_for(length_s, fps) / fps
    assert length_s <= shown_s < length_s + 1 / fps


def test_a_duration_wins_over_the_sound() -> None:
    assert frames_for(Fraction(10), Fraction(25), 2.0) == 50
    assert frames_for(Fraction(0), Fraction(25)) == 1


def test_a_gaze_is_two_numbers() -> None:
    assert parse_gaze("0.3,-1") == (0.3, -1.0)
    assert towards(None) == OWN_GAZE
    assert (towards((0.3, -1.0)).right, towards((0.3, -1.0)).up) == (0.3, -1.0)
    for text in ("", "1", "1,2,3", "left,up"):
        with pytest.raises(OptionError, match="--gaze"):
            parse_gaze(text)
    for gaze in ((2.0, 0.0), (0.0, float("nan")), (0.0,)):
        with pytest.raises(OptionError, match="gaze"):
            towards(gaze)  # type: ignore[arg-type]


def test_a_sound_that_is_not_there_is_told_before_weights_are_looked_for(tmp_path: Path) -> None:
    engine = EngineSettings("liveportrait", models_dir=tmp_path)
    portrait = resources.files("mien") / "data" / "astronaut.png"
    with pytest.raises(UnreadableMediaError, match="does not exist"):
        talk(str(portrait), audio="no.wav", output=tmp_path / "o.mp4", engine=engine)
