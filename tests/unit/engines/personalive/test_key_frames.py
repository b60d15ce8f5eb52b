"""Which frames of a stream are remembered."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mien.engines.personalive.key_frames import FIRST_ITERATION, MOST, KeyFrames

pytestmark = pytest.mark.unit


def motion(distance: float, axis: int = 0) -> Tensor:
    """(1, 32, 16), so far from the portrait's."""
    made = torch.zeros(1, 512)
    made[0, axis] = distance
    return made.view(1, 32, 16)


def waiting(distance: float = 17.0) -> KeyFrames:
    """At the first iteration from which on frames are remembered."""
    keys = KeyFrames(motion(0), distance=distance)
    for _ in range(FIRST_ITERATION):
        assert not keys.take(motion(100))
    return keys


def test_nothing_is_remembered_before_the_tenth_iteration() -> None:
    keys = waiting()
    assert FIRST_ITERATION == 9
    assert keys.count == 0
    assert keys.take(motion(100))


def test_only_what_is_further_than_the_distance_is_new() -> None:
    keys = waiting()
    assert not keys.take(motion(16.9))
    assert not keys.take(motion(17.0))
    assert keys.take(motion(17.1))


def test_what_is_remembered_is_not_new_any_more() -> None:
    keys = waiting()
    assert keys.take(motion(40, axis=1))
    assert not keys.take(motion(41, axis=1))
    assert float(keys.distance(motion(45, axis=1))) == pytest.approx(5)
    assert keys.take(motion(40, axis=2))


def test_three_are_remembered_and_no_more() -> None:
    keys = waiting()
    taken = [keys.take(motion(100, axis)) for axis in range(1, 9)]
    assert taken == [True] * MOST + [False] * 5
    assert keys.count == MOST == 3


def test_half_precision_is_compared_in_float32() -> None:
    keys = KeyFrames(motion(0).half())
    assert float(keys.distance(motion(300).half())) == pytest.approx(300)
