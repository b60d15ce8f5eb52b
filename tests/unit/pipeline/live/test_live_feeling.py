from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.motion.expressions import find_expression, load_expressions
from mien.motion.moment import REST
from mien.pipeline.live.fading import Fade
from mien.pipeline.live.feeling import Feeling

pytestmark = pytest.mark.unit

NAMES = ["happy", "sad", "angry", "surprised", "neutral"]
STEP_S = 0.02


def test_a_transition_takes_as_long_as_it_was_asked_to() -> None:
    feeling = Feeling()
    target = find_expression(load_expressions(), "happy").moment(1.0)
    feeling.go_to(target, 1.0, 0.5)
    assert feeling.at(1.0).weights.max() == 0.0
    np.testing.assert_allclose(feeling.at(1.25).weights, target.weights / 2, atol=1e-6)
    assert feeling.at(1.5) is target
    assert feeling.at(100.0) is target


def test_a_transition_without_length_is_there_at_once() -> None:
    feeling = Feeling()
    target = find_expression(load_expressions(), "sad").moment(0.5)
    feeling.go_to(target, 0.0, 0.0)
    assert feeling.at(0.0) is target


@settings(deadline=None, max_examples=40)
@given(
    asked=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(NAMES), st.floats(0.3, 2.0)), max_size=40
    )
)
def test_whatever_interrupts_it_a_face_never_jumps(asked: list[tuple[int, str, float]]) -> None:
    feeling, now = Feeling(), 0.0
    known = load_expressions()
    shown = feeling.at(0.0)
    ends: list[tuple[float, float]] = []
    for wait, name, length_s in asked:
        feeling.go_to(find_expression(known, name).moment(1.0), now, length_s)
        ends.append((now + length_s, length_s))
        for _ in range(wait):
            # eased() goes no faster than 1.5 times its mean
            fastest = sum(1.5 * STEP_S / length for end, length in ends if end > now)
            now += STEP_S
            before, shown = shown, feeling.at(now)
            assert np.abs(shown.weights - before.weights).max() <= fastest + 1e-5
            assert abs(shown.own_expression - before.own_expression) <= fastest + 1e-6


def test_it_starts_with_the_portraits_own_expression() -> None:
    assert Feeling().at(3.0) is REST


def test_a_fade_rises_and_falls_in_its_own_times() -> None:
    fade = Fade(0.4, 0.2)
    shares = [fade.step(0.04, on=True) for _ in range(12)]
    assert shares[4] == pytest.approx(0.5)
    assert shares[9:] == pytest.approx([1.0, 1.0, 1.0])
    assert [fade.step(0.04, on=False) for _ in range(6)][-2:] == pytest.approx([0.0, 0.0])
