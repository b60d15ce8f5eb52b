from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.keeping.sizes import num_bytes

pytestmark = pytest.mark.unit


@dataclass(frozen=True, slots=True)
class Slotted:
    pixels: np.ndarray
    more: object = None


class Plain:
    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        self.itself = self


class Private:
    __slots__ = ("__pixels", "_unset")

    def __init__(self, pixels: np.ndarray) -> None:
        self.__pixels = pixels


def picture(size: int = 100) -> np.ndarray:
    return np.zeros(size, np.uint8)


def test_arrays_are_found_wherever_they_hang() -> None:
    held = Slotted(picture(), {"a": [Plain(picture(20))], 3: (Private(picture(4)),)})
    assert num_bytes([held, {"x": b"four"}]) == 128


def test_what_is_reached_twice_counts_once() -> None:
    shared = picture()
    assert num_bytes([Slotted(shared), Plain(shared), shared]) == 100


def test_a_view_counts_as_what_it_keeps_alive() -> None:
    whole = picture()
    assert num_bytes(whole[:10]) == 100
    assert num_bytes([whole[:10], whole.reshape(10, 10)[2:], whole]) == 100


def test_what_has_no_arrays_weighs_nothing() -> None:
    assert num_bytes(Slotted(picture(0), ("words", 1.5, None, np, len, Plain))) == 0


@given(st.recursive(st.integers(1, 50), lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_all_arrays_of_any_nest_are_added_up(nest: object) -> None:
    sizes: list[int] = []

    def built(part: object) -> object:
        if isinstance(part, list):
            return [built(each) for each in part]
        sizes.append(part)
        return Slotted(picture(part))

    assert num_bytes(built(nest)) == sum(sizes)
