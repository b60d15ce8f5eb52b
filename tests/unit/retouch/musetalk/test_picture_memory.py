from __future__ import annotations

import numpy as np
import pytest

from mien.retouch.musetalk.caches import Fingerprints, Memory

pytestmark = pytest.mark.unit


def test_what_was_longest_unused_is_forgotten_first() -> None:
    memory = Memory(3500)
    for name in "abc":
        memory.put(np.zeros(1000, np.uint8), name)
    assert memory.get("a") is not None
    memory.put(np.zeros(1000, np.uint8), "d")
    assert [memory.get(name) is not None for name in "abcd"] == [True, False, True, True]
    assert memory.num_bytes <= 3500


def test_a_value_that_is_replaced_counts_once() -> None:
    memory = Memory(10_000)
    for _ in range(5):
        memory.put((np.zeros(1000, np.uint8), np.zeros(500, np.uint8)), "a", 1)
    assert memory.num_bytes == 1600


def test_what_is_larger_than_everything_is_not_kept() -> None:
    memory = Memory(100)
    memory.put(np.zeros(1000, np.uint8), "a")
    assert (memory.get("a"), memory.num_bytes) == (None, 0)


def test_pictures_are_known_by_what_is_in_them() -> None:
    known = Fingerprints()
    picture = np.zeros((40, 40, 3), np.uint8)
    first = known.of(picture)
    assert known.of(picture.copy()) == first == known.of(picture)
    other = picture.copy()
    other[20:28, 5] = 1
    assert known.of(other) != first
    assert known.of(np.zeros((40, 30, 4), np.uint8)) != first
