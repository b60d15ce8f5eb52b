"""Mouth shapes frame by frame, from phonemes in time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError, VisemeError
from mien.motion.arkit import SHAPE_INDEX
from mien.speech.phonemes import SpokenPhoneme
from mien.speech.visemes import (
    VisemeSegment,
    phoneme_to_viseme,
    validate_viseme_sequence,
    visemes_from_segments,
)
from mien.speech.visemes.table import viseme_table

pytestmark = pytest.mark.unit

PHONEMES = sorted(viseme_table().phonemes)
CLOSURES = {"P": 1.0, "B": 1.0, "M": 1.0, "F": 0.5, "V": 0.5}


@st.composite
def spoken(draw: st.DrawFn) -> list[tuple[float, float, str]]:
    parts = draw(
        st.lists(st.tuples(st.integers(5, 400), st.sampled_from(PHONEMES)), min_size=1, max_size=30)
    )
    ends = np.cumsum([milliseconds for milliseconds, _ in parts]) / 1000
    starts = [0.0, *ends[:-1]]
    return [(s, e, p) for s, e, (_, p) in zip(starts, ends.tolist(), parts, strict=True)]


@given(spoken(), st.sampled_from([10, 24, Fraction(30_000, 1001), 60, 120]))
def test_a_track_is_whole_and_in_range(segments: Any, fps: Any) -> None:
    track = visemes_from_segments(segments, fps)
    count = len(track.visemes)
    assert abs(count - segments[-1][1] * fps) <= 0.5 + 1e-9 or count == 1
    assert validate_viseme_sequence(track.sequence, track.closure).shape == (count, 3)
    assert track.blendshapes.shape == (count, 52)
    assert (track.blendshapes >= 0).all()
    assert (track.blendshapes <= 1).all()
    assert track.fps == Fraction(fps)


@given(spoken(), st.sampled_from([24, 60]))
def test_every_closure_is_reached(segments: Any, fps: int) -> None:
    track = visemes_from_segments(segments, fps)
    weak = {name for name, closure in CLOSURES.items() if closure < 1}
    for start, end, phoneme in segments:
        if phoneme not in CLOSURES:
            continue
        around = slice(max(0, int(start * fps) - 1), int(end * fps) + 2)
        least = 0.5 if phoneme in weak else 1.0
        assert track.closure[around].max() >= least
    held = track.closure == 1
    assert (track.sequence[held, 0] == 0).all()
    assert (track.blendshapes[held, SHAPE_INDEX["jawOpen"]] == 0).all()


def test_a_frame_shows_what_is_said_at_its_centre() -> None:
    track = visemes_from_segments([(0, 0.5, "AA"), (0.5, 1.0, "IY")], 10, smooth=False)
    assert track.visemes == ("aa",) * 5 + ("ih",) * 5
    assert np.array_equal(track.sequence[4], phoneme_to_viseme("AA").mouth)
    assert np.array_equal(track.sequence[5], phoneme_to_viseme("IY").mouth)


def test_smoothing_rounds_the_step() -> None:
    jaw = visemes_from_segments([(0, 0.5, "AA"), (0.5, 1.0, "IY")], 10).sequence[:, 0]
    assert jaw[3:7].tolist() == pytest.approx([0.9, 0.725, 0.375, 0.2])


def test_gaps_and_what_comes_after_are_silence() -> None:
    track = visemes_from_segments([(0.2, 0.4, "S"), (0.6, 0.8, "S")], 10, duration_s=1.0)
    assert track.visemes == ("sil", "sil", "SS", "SS", "sil", "sil", "SS", "SS", "sil", "sil")
    assert track.sequence[-1].tolist() == [0, 0.5, 0]
    assert track.duration_s == 1.0


def test_no_segments_are_a_closed_mouth() -> None:
    track = visemes_from_segments([], 24, duration_s=0.5)
    assert track.visemes == ("sil",) * 12
    assert not track.blendshapes.any()
    empty = visemes_from_segments([], 24)
    assert (empty.sequence.shape, empty.closure.shape, empty.blendshapes.shape) == (
        (0, 3), (0,), (0, 52),
    )  # fmt: skip


def test_diphthongs_glide_from_the_first_mouth_to_the_second() -> None:
    track = visemes_from_segments([(0, 0.5, "AW")], 60, smooth=False)
    viseme = phoneme_to_viseme("AW")
    assert viseme.end is not None
    assert np.allclose(track.sequence[0], viseme.mouth)
    assert np.allclose(track.sequence[-1], viseme.end, atol=1e-6)
    assert (np.diff(track.sequence[:, 0]) <= 0).all()
    assert (np.diff(track.sequence[:, 2]) >= 0).all()
    assert set(track.visemes) == {"aa"}


def test_a_closure_between_two_centres_gets_the_nearest_frame() -> None:
    segments = [(0, 0.505, "AA"), (0.505, 0.515, "B"), (0.515, 1.0, "AA")]
    track = visemes_from_segments(segments, 24)
    assert [n for n, name in enumerate(track.visemes) if name == "PP"] == [12]
    assert track.closure[12] == 1
    assert track.sequence[12, 0] == 0
    assert track.sequence[10, 0] > 0.8


def test_lips_that_touch_win_over_lip_and_teeth() -> None:
    segments = [(0, 0.5, "AA"), (0.5, 0.51, "M"), (0.51, 0.52, "F"), (0.52, 1.0, "AA")]
    track = visemes_from_segments(segments, 24)
    assert (track.visemes[12], track.closure[12]) == ("PP", 1.0)


def test_a_closure_at_the_very_end_is_reached() -> None:
    track = visemes_from_segments([(0, 0.99, "AA"), (0.99, 1.0, "M")], 24)
    assert (track.visemes[-1], track.closure[-1]) == ("PP", 1.0)


def test_segments_come_in_every_form() -> None:
    made = [
        visemes_from_segments([each], 24).segments
        for each in (
            (0, 0.5, "aa1"),
            [0.0, 0.5, "AA", 1.0],
            SpokenPhoneme(0.0, 0.5, "AA", 1.0),
            {"start": 0, "end": 0.5, "phoneme": "AA"},
            {"start": 0, "end": 0.5, "phoneme": "AA", "viseme": "aa", "confidence": 1},
            VisemeSegment(0.0, 0.5, "AA", "aa"),
        )
    ]
    assert all(segments == (VisemeSegment(0.0, 0.5, "AA", "aa", 1.0),) for segments in made)


@pytest.mark.parametrize(
    ("segments", "problem"),
    [
        ([(0, 1)], r"segments\[0\]: is not \(start, end, phoneme\)"),
        ([3], r"segments\[0\]: is not"),
        ([{"start": 0, "phoneme": "AA"}], r"segments\[0\]: is not"),
        ([(0, "long", "AA")], r"segments\[0\]: is not"),
        ([(0, 1, "AA"), (1, 2, "Q9")], r"segments\[1\]: phoneme 'Q9': is not in ARPAbet"),
        ([{"start": 0, "end": 1, "viseme": "a"}], r"segments\[0\]: viseme 'a': is unknown"),
        ([(0, float("nan"), "AA")], r"segments\[0\]: has a time that is not finite"),
        ([(0, 1, "AA"), (0.5, 2, "B")], r"segments\[1\]: 0.5 to 2 s runs backwards or overlaps"),
        ([(1, 0.5, "AA")], r"segments\[0\]: 1 to 0.5 s runs backwards"),
        ([(-1, 0.5, "AA")], r"segments\[0\]: -1 to 0.5 s"),
        ([{"start": 0, "end": 1, "viseme": "aa"}], "phoneme ''"),
    ],
)
def test_segments_that_make_no_sense_are_named(segments: Any, problem: str) -> None:
    with pytest.raises(VisemeError, match=problem):
        visemes_from_segments(segments)


@pytest.mark.parametrize("duration", [-1.0, float("nan"), 1e12])
def test_durations_that_make_no_sense_are_refused(duration: float) -> None:
    with pytest.raises(OptionError, match="duration_s"):
        visemes_from_segments([(0, 1, "AA")], 24, duration)
    with pytest.raises((OptionError, VisemeError)):
        visemes_from_segments([(0, duration, "AA")], 24)


def test_a_track_is_its_sequence_where_an_array_is_wanted() -> None:
    track = visemes_from_segments([(0.0, 0.2, "AA"), (0.2, 0.4, "M")])
    np.testing.assert_array_equal(np.asarray(track), track.sequence)
    assert len(track) == len(track.sequence) == 10
