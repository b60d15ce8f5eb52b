from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.mesh.bounds import ease_to

pytestmark = pytest.mark.unit


@given(st.floats(-18, 18))
def test_what_is_free_is_left_as_it_is(value: float) -> None:
    assert ease_to(value, 18, 28) == value


@given(st.floats(-1000, 1000))
def test_the_limit_is_never_exceeded_and_the_sign_is_kept(value: float) -> None:
    eased = ease_to(value, 18, 28)
    assert abs(eased) <= 28
    assert eased * value >= 0


def test_more_asks_for_more_without_a_kink() -> None:
    steps = [ease_to(18 + k / 10, 18, 28) for k in range(-5, 60)]
    slopes = [b - a for a, b in itertools.pairwise(steps)]
    assert all(slope > 0 for slope in slopes)
    assert max(abs(b - a) for a, b in itertools.pairwise(slopes)) < 0.005
