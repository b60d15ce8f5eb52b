from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.keyframes import interpolate

pytestmark = pytest.mark.unit

KEYS = ((0.0, 0.0), (1.0, 2.0), (1.5, 2.0), (3.0, -1.0))


def test_it_goes_through_its_keys() -> None:
    times, values = zip(*KEYS, strict=True)
    np.testing.assert_allclose(interpolate(KEYS, np.array(times)), values, atol=1e-12)


def test_it_is_constant_outside() -> None:
    assert interpolate(KEYS, np.array([-1.0, 9.0])).tolist() == [0.0, -1.0]


def test_one_key_is_a_constant() -> None:
    assert interpolate(((2.0, 0.4),), np.array([0.0, 5.0])).tolist() == [0.4, 0.4]


@given(st.lists(st.floats(-1, 1, width=16), min_size=2, max_size=8))
def test_it_never_overshoots_its_keys(values: list[float]) -> None:
    keys = list(enumerate(values))
    for place, (left, right) in enumerate(pairwise(values)):
        between = interpolate(keys, np.linspace(place, place + 1, 15))
        assert min(left, right) - 1e-9 <= between.min()
        assert between.max() <= max(left, right) + 1e-9


def test_it_has_no_kinks() -> None:
    times = np.linspace(0, 3, 3001)
    slope = np.diff(interpolate(KEYS, times)) / np.diff(times)
    assert np.abs(np.diff(slope)).max() < 0.05
