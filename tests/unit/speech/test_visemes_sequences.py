"""Viseme sequences: validated, smoothed, brought to other frame rates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.errors import OptionError, VisemeError
from mien.speech.visemes import (
    interpolate_visemes,
    smooth_viseme_sequence,
    validate_viseme_sequence,
)

pytestmark = pytest.mark.unit

LEVELS = st.floats(0, 1, width=32)
LENGTHS = st.integers(0, 40)
SEQUENCES = LENGTHS.flatmap(lambda n: arrays(np.float32, (n, 3), elements=LEVELS))
RATES = st.fractions(1, 240, max_denominator=1001)


@st.composite
def sequences_with_closures(draw: st.DrawFn) -> tuple[Any, Any]:
    sequence = draw(SEQUENCES)
    levels = st.sampled_from([0.0, 0.0, 0.5, 1.0])
    return sequence, draw(arrays(np.float32, (len(sequence),), elements=levels))


def ramp(count: int) -> Any:
    return np.linspace([0, 0.5, 0.25], [1, 0.5, 0.75], count, dtype=np.float32)


@given(SEQUENCES)
def test_a_sequence_is_given_back_by_its_validation(sequence: Any) -> None:
    assert validate_viseme_sequence(sequence) is sequence
    assert validate_viseme_sequence(sequence, sequence[:, 0].copy()) is sequence


@pytest.mark.parametrize(
    ("sequence", "problem"),
    [
        ([[0, 0.5, 0]], "is list; give a NumPy array"),
        (np.zeros((4, 2), np.float32), r"has shape \(4, 2\); give \(T, 3\) of jaw_open, lip_width"),
        (np.zeros(3, np.float32), r"has shape \(3,\)"),
        (np.zeros((4, 3)), "has dtype float64; give float32"),
        (np.full((4, 3), 2, np.float32), "frame 0: jaw_open 2 is not from 0 to 1"),
        (np.full((4, 3), -0.5, np.float32), "frame 0: jaw_open -0.5 is not"),
    ],
)
def test_what_is_no_sequence_is_told_why(sequence: object, problem: str) -> None:
    with pytest.raises(VisemeError, match=problem):
        validate_viseme_sequence(sequence)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_bad_frame_is_named(bad: float) -> None:
    sequence = ramp(9)
    sequence[5:, 2] = bad
    with pytest.raises(VisemeError, match="frame 5: lip_rounding") as refused:
        validate_viseme_sequence(sequence)
    assert (refused.value.frame, refused.value.shape) == (5, (9, 3))
    assert refused.value.code == "bad-visemes"


def test_a_closure_must_fit_its_sequence() -> None:
    with pytest.raises(VisemeError, match="closure: has 3 frames, the viseme sequence has 4"):
        validate_viseme_sequence(ramp(4), np.zeros(3, np.float32))
    with pytest.raises(VisemeError, match=r"closure: has shape \(4, 1\)"):
        validate_viseme_sequence(ramp(4), np.zeros((4, 1), np.float32))


def test_smoothing_weighs_neighbours_by_a_quarter() -> None:
    sequence = np.zeros((5, 3), np.float32)
    sequence[2] = [1, 0.8, 0.4]
    smooth = smooth_viseme_sequence(sequence)
    assert smooth[:, 0].tolist() == [0, 0.25, 0.5, 0.25, 0]
    assert smooth[1].tolist() == pytest.approx([0.25, 0.2, 0.1])


@given(sequences_with_closures())
def test_smoothing_holds_closures_and_stays_in_range(pair: tuple[Any, Any]) -> None:
    sequence, closure = pair
    smooth = smooth_viseme_sequence(sequence, closure)
    assert validate_viseme_sequence(smooth).shape == sequence.shape
    assert np.array_equal(smooth[closure > 0], sequence[closure > 0])
    if len(sequence):
        assert (smooth >= sequence.min(axis=0)).all()
        assert (smooth <= sequence.max(axis=0)).all()


def test_smoothing_leaves_its_input_alone() -> None:
    sequence = ramp(6)
    before = sequence.copy()
    smooth_viseme_sequence(sequence, np.ones(6))
    assert np.array_equal(sequence, before)


def test_numbers_of_any_kind_are_smoothed_and_interpolated() -> None:
    assert smooth_viseme_sequence([[0, 0.5, 0], [1, 0.5, 0]]).dtype == np.float32
    assert interpolate_visemes([[0, 0.5, 0], [1, 0.5, 0]], 1, 2).shape == (4, 3)
    with pytest.raises(VisemeError, match="not an array of numbers"):
        smooth_viseme_sequence([["a", "b", "c"]])
    with pytest.raises(VisemeError, match="frame 1"):
        interpolate_visemes([[0, 0.5, 0], [1.5, 0.5, 0]], 1, 2)


@given(SEQUENCES, RATES, RATES)
def test_interpolation_stays_between_what_it_is_given(
    sequence: Any, source: Fraction, target: Fraction
) -> None:
    made = interpolate_visemes(sequence, source, target)
    validate_viseme_sequence(made)
    expected = len(sequence) * target / source
    assert abs(len(made) - expected) <= 0.5 or (len(made) == 1 and len(sequence))
    if len(sequence):
        assert (made >= sequence.min(axis=0)).all()
        assert (made <= sequence.max(axis=0)).all()


@given(SEQUENCES, RATES)
def test_the_same_rate_changes_nothing(sequence: Any, rate: Fraction) -> None:
    assert np.array_equal(interpolate_visemes(sequence, rate, rate), sequence)


def test_frames_are_at_their_centres_and_the_ends_are_held() -> None:
    made = interpolate_visemes(ramp(10), 25, 50)
    assert len(made) == 20
    assert np.array_equal(made[[0, -1]], ramp(10)[[0, -1]])
    assert np.allclose((made[6] + made[7]) / 2, ramp(10)[3], atol=1e-6)


def test_a_straight_line_stays_straight_inside() -> None:
    made = interpolate_visemes(ramp(20), 24, 60)
    places = (np.arange(50) + 0.5) * 24 / 60 - 0.5
    inside = (places > 1) & (places < 18)
    assert np.allclose(made[inside, 0], places[inside] / 19, atol=1e-6)


def test_it_is_cubic_and_closer_to_a_curve_than_straight_lines_are() -> None:
    def curve(rate: int) -> Any:
        at = (np.arange(2 * rate) + 0.5) / rate
        return np.repeat((0.5 - 0.5 * np.cos(2 * np.pi * at))[:, None], 3, axis=1)

    made = interpolate_visemes(curve(12), 12, 120)[:, 0]
    places = (np.arange(240) + 0.5) / 120
    straight = np.interp(places, (np.arange(24) + 0.5) / 12, curve(12)[:, 0])
    wanted = curve(120)[:, 0]
    middle = slice(10, -10)
    assert np.abs(made - wanted)[middle].mean() < 0.5 * np.abs(straight - wanted)[middle].mean()


@given(sequences_with_closures(), RATES, RATES)
def test_no_closure_is_lost_between_rates(
    pair: tuple[Any, Any], source: Fraction, target: Fraction
) -> None:
    sequence, closure = pair
    sequence[closure > 0] = [0, 0.5, 0]
    made, touching = interpolate_visemes(sequence, source, target, closure)
    validate_viseme_sequence(made, touching)
    assert (made[touching > 0, 0] == 0).all()
    if len(closure):
        assert touching.max() == closure.max()
    assert set(touching.tolist()) <= {0.0, *closure.tolist()}


def test_a_closure_between_two_frames_gets_the_nearest_one() -> None:
    sequence = np.full((60, 3), 0.5, np.float32)
    sequence[31] = 0
    closure = np.zeros(60, np.float32)
    closure[31] = 1
    made, touching = interpolate_visemes(sequence, 60, 24, closure)
    assert touching.nonzero()[0].tolist() == [12]
    assert made[12].tolist() == [0, 0, 0]
    assert len(made) == 24


def test_decimal_rates_mean_the_exact_ones() -> None:
    sequence = ramp(30_000)
    assert len(interpolate_visemes(sequence, 30, 30_000 / 1001)) == 29_970
    assert np.array_equal(
        interpolate_visemes(sequence[:50], 30, 30_000 / 1001),
        interpolate_visemes(sequence[:50], 30, Fraction(30_000, 1001)),
    )


@pytest.mark.parametrize("rate", [0, -24, 1e9, float("nan"), float("inf"), "24", None, True])
def test_rates_that_make_no_sense_are_refused(rate: Any) -> None:
    with pytest.raises(OptionError, match="from_fps"):
        interpolate_visemes(ramp(4), rate, 24)
    with pytest.raises(OptionError, match="to_fps"):
        interpolate_visemes(ramp(4), 24, rate)
