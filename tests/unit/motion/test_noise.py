from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.motion.noise import Wander, draw, slots_in

pytestmark = pytest.mark.unit


def test_draws_depend_on_seed_stream_and_slot_and_on_nothing_else() -> None:
    first = draw(7, "head", 3, 5)
    np.testing.assert_array_equal(first, draw(7, "head", 3, 5))
    for other in (draw(8, "head", 3, 5), draw(7, "gaze", 3, 5), draw(7, "head", 4, 5)):
        assert not np.array_equal(first, other)


def test_draws_are_even_over_0_to_1() -> None:
    values = draw(0, "even", 0, 20_000)
    counts, _ = np.histogram(values, 10, (0.0, 1.0))
    assert counts.sum() == len(values)
    assert counts.min() > 1_800
    assert counts.max() < 2_200


def test_a_known_draw_stays_what_it_is() -> None:
    np.testing.assert_allclose(draw(1, "a", 2, 2), [0.05634813, 0.34717656], rtol=0, atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**70), st.floats(0.5, 1e5), st.floats(0.1, 10.0), st.floats(0.0, 1.0)
)  # fmt: skip
def test_wandering_comes_back_smoothly_and_stays_within_bounds(
    seed: int, period: float, spacing: float, part: float
) -> None:
    wander = Wander(seed, "x", 3, spacing, period)
    at, step = part * period, 1e-4 * spacing
    np.testing.assert_allclose(wander(at), wander(at + period), atol=1e-6)
    assert np.abs(wander(at)).max() <= 1
    before, after = wander(period - step), wander(step)
    np.testing.assert_allclose(before, after, atol=1e-3)
    np.testing.assert_allclose(wander(0.0) - before, after - wander(0.0), atol=1e-6)


def test_a_period_has_at_least_one_slot() -> None:
    assert [slots_in(p, 3.5) for p in (0.1, 3.0, 10.0, 60.0)] == [1, 1, 3, 17]
