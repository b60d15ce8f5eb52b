from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from fakes.clips import write_sound
from mien.errors import OptionError, UnreadableMediaError
from mien.media import AudioTrack
from mien.pipeline.options import AnimateOptions
from mien.pipeline.sound import as_long_as_its_sound, choose_sound

pytestmark = pytest.mark.unit

SOURCE, DRIVER = AudioTrack(Path("source.mp4")), AudioTrack(Path("driver.mp4"))


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("voice") / "voice.m4a", 1.5)


@pytest.mark.parametrize(
    ("keep", "of_source", "heard"),
    [
        (None, SOURCE, SOURCE),
        (None, None, DRIVER),
        ("source", SOURCE, SOURCE),
        ("source", None, None),
        ("driving", SOURCE, DRIVER),
        ("none", SOURCE, None),
    ],
)
def test_whose_sound_is_heard(keep: object, of_source: object, heard: object) -> None:
    options = AnimateOptions(keep_audio=keep)  # type: ignore[arg-type]
    assert choose_sound(options, of_source, DRIVER) == heard  # type: ignore[arg-type]


def test_a_sound_of_its_own_is_heard_instead(voice: Path) -> None:
    track = choose_sound(AnimateOptions(audio=voice), SOURCE, DRIVER)
    assert track is not None
    assert track.path == voice


@pytest.mark.parametrize("keep", ["source", "driving"])
def test_a_sound_of_its_own_beside_another_is_refused(voice: Path, keep: object) -> None:
    with pytest.raises(OptionError, match="leave out --keep-audio"):
        AnimateOptions(audio=voice, keep_audio=keep)  # type: ignore[arg-type]


def test_a_loop_ends_with_its_sound(voice: Path) -> None:
    options = as_long_as_its_sound(AnimateOptions(loop="repeat", audio=voice))
    assert options.duration == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("given", [{"duration": 9.0}, {"max_frames": 5}])
def test_another_end_goes_before_the_sounds(voice: Path, given: dict[str, float]) -> None:
    options = AnimateOptions(loop="repeat", audio=voice, **given)  # type: ignore[arg-type]
    assert as_long_as_its_sound(options) == options


def test_without_a_loop_the_sound_sets_no_length(voice: Path) -> None:
    assert as_long_as_its_sound(AnimateOptions(audio=voice)).duration is None


def test_a_loop_without_an_end_is_refused() -> None:
    with pytest.raises(OptionError, match="--loop: needs --duration"):
        as_long_as_its_sound(AnimateOptions(loop="repeat"))


def test_what_is_no_sound_is_named(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(b"RIFF nothing of the kind")
    with pytest.raises(UnreadableMediaError, match=r"voice\.wav"):
        as_long_as_its_sound(AnimateOptions(audio=path))


def test_rates_stay_exact_however_long_a_film_is() -> None:
    """In floats a day of film is still told to the frame."""
    rate = Fraction(30000, 1001)
    frames = 24 * 3600 * 30
    assert round(Fraction(float(frames / rate)) * rate) == frames
