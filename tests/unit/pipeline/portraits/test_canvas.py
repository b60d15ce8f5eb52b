from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.portraits.canvas import (
    LONGEST_SIDE,
    canvas,
    fit,
    flatten,
    is_padded,
    with_alpha,
)
from mien.types import Portrait

pytestmark = pytest.mark.unit


def portrait(width: int, height: int, *, transparent: bool = False) -> Portrait:
    pixels = np.full((height, width, 3), 100, np.uint8)
    alpha = np.zeros((height, width), np.uint8) if transparent else None
    return Portrait(pixels, alpha)


def test_a_picture_of_moderate_size_is_left_as_it_is() -> None:
    picture = portrait(640, 480)
    assert canvas(picture, None, keep_alpha=True) is picture


def test_a_huge_picture_is_scaled_down_unless_a_size_is_asked_for() -> None:
    huge = portrait(3000, 1500)
    assert canvas(huge, None, keep_alpha=False).pixels.shape[:2] == (1024, LONGEST_SIDE)
    assert canvas(huge, 2500, keep_alpha=False).pixels.shape[:2] == (1250, 2500)


def test_a_width_and_a_height_are_met_exactly_without_distortion() -> None:
    fitted = fit(portrait(300, 300).pixels, (400, 200))
    assert fitted.shape == (200, 400, 3)
    assert (fitted[:, 100:300] == 100).all()
    assert (fitted[:, :100] == 0).all()
    assert (fitted[:, 300:] == 0).all()


@given(st.integers(1, 300), st.integers(1, 300), st.integers(16, 300))
def test_the_longest_side_is_the_one_asked_for(width: int, height: int, size: int) -> None:
    assert max(fit(portrait(width, height).pixels, size).shape[:2]) == size


def test_transparency_is_laid_on_white() -> None:
    flat = flatten(portrait(64, 64, transparent=True))
    assert flat.alpha is None
    assert (flat.pixels == 255).all()


def test_transparency_survives_where_it_can_be_kept() -> None:
    kept = canvas(portrait(64, 64, transparent=True), 32, keep_alpha=True)
    assert with_alpha(kept).shape == (32, 32, 4)


def test_what_is_added_around_a_transparent_picture_is_transparent() -> None:
    picture = Portrait(np.full((64, 64, 3), 9, np.uint8), np.full((64, 64), 255, np.uint8))
    kept = canvas(picture, (128, 64), keep_alpha=True)
    assert kept.alpha is not None
    assert kept.alpha[:, :32].max() == 0
    assert kept.alpha[:, 32:96].min() == 255


def test_only_what_leaves_room_around_an_opaque_picture_makes_it_transparent() -> None:
    assert canvas(portrait(64, 64), (128, 128), keep_alpha=True).alpha is None
    assert canvas(portrait(64, 32), (128, 64), keep_alpha=True).alpha is None
    padded = canvas(portrait(64, 64), (128, 64), keep_alpha=True).alpha
    assert padded is not None
    assert padded[:, :32].max() == 0
    assert padded[:, 32:96].min() == 255


@given(
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
    st.tuples(st.integers(16, 300), st.integers(16, 300)),
)
def test_a_picture_is_padded_exactly_where_its_shape_differs(picture, size) -> None:
    white = np.full((picture[1], picture[0]), 255, np.uint8)
    assert is_padded(picture, size) == (fit(white, size).min() == 0)
    assert not is_padded(picture, size[0])
    assert not is_padded(picture, None)
