from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.mesh.raster import UNCOVERED, TriangleOrigin, backward_map

pytestmark = pytest.mark.unit

SQUARE = np.array([[[0, 0], [31, 0], [0, 31]], [[31, 0], [31, 31], [0, 31]]], np.float64)


@given(st.floats(0.5, 2), st.floats(-0.4, 0.4), st.floats(-20, 20), st.floats(-20, 20))
def test_an_affine_map_is_drawn_exactly(
    scale: float, shear: float, x_shift: float, y_shift: float
) -> None:
    origin = SQUARE @ np.array([[scale, 0], [shear, scale]]) + [x_shift, y_shift]
    place, ids = backward_map(SQUARE, origin, np.arange(2), (32, 32))
    y, x = np.mgrid[:32, :32]
    assert (ids != UNCOVERED).all()
    np.testing.assert_allclose(place[0], scale * x + shear * y + x_shift, atol=1e-3)
    np.testing.assert_allclose(place[1], scale * y + y_shift, atol=1e-3)


def test_later_triangles_hide_earlier_ones() -> None:
    twice = np.concatenate([SQUARE, SQUARE])
    _, ids = backward_map(twice, twice, np.array([2, 3, 0, 1]), (32, 32))
    assert set(np.unique(ids)) == {0, 1}


def test_what_no_triangle_covers_says_so() -> None:
    place, ids = backward_map(SQUARE / 4, SQUARE, np.arange(2), (32, 32))
    assert ids[20, 20] == UNCOVERED
    assert (place[:, 20, 20] == 0).all()


def test_a_triangle_never_shows_more_than_itself() -> None:
    thin = np.array([[[2, 2], [28, 2.4], [15, 3.0]]], np.float64)
    origin = np.array([[[100, 100], [110, 100], [105, 140]]], np.float64)
    place, ids = backward_map(thin, origin, np.arange(1), (32, 32))
    shown = place[:, ids == 0]
    assert shown.size
    assert (shown.min(axis=1) >= 100).all()
    assert (shown.max(axis=1) <= [110, 140]).all()


def test_slivers_are_left_out() -> None:
    flat = np.array([[[2, 2], [20, 2], [30, 2]]], np.float64)
    assert (TriangleOrigin(flat).draw(flat, np.arange(1), (32, 32)).ids == UNCOVERED).all()
