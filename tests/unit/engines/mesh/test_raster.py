from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.engines.mesh.raster import Triangles

pytestmark = pytest.mark.unit

CORNERS = np.array([[-4, -4, 0], [36, -4, 0], [36, 36, 0], [-4, 36, 0]], np.float64)
SQUARE = np.array([[0, 1, 2], [0, 2, 3]])


@given(
    st.floats(0.5, 2), st.floats(-0.4, 0.4), st.floats(-20, 20), st.floats(-20, 20),
    st.sampled_from([(32, 32), (20, 31), (31, 12)]),
)  # fmt: skip
def test_an_affine_map_is_drawn_exactly(
    scale: float, shear: float, x_shift: float, y_shift: float, size: tuple[int, int]
) -> None:
    values = CORNERS[:, :2] @ np.array([[scale, 0], [shear, scale]]) + [x_shift, y_shift]
    place, covered = Triangles(SQUARE, values).draw(CORNERS, size)
    y, x = np.mgrid[: size[1], : size[0]]
    assert covered.all()
    np.testing.assert_allclose(place[0], scale * x + shear * y + x_shift, atol=0.05)
    np.testing.assert_allclose(place[1], scale * y + y_shift, atol=0.05)


@pytest.mark.parametrize("step", [2, 4])
def test_a_coarse_drawing_samples_the_middles_of_its_blocks(step: int) -> None:
    place, _ = Triangles(SQUARE, CORNERS[:, :2]).draw(CORNERS, (32 // step, 32 // step), step=step)
    middles = np.arange(32 // step) * step + (step - 1) / 2
    np.testing.assert_allclose(place[0][0], middles, atol=0.05)
    np.testing.assert_allclose(place[1][:, 0], middles, atol=0.05)


def test_a_part_is_drawn_as_in_the_whole() -> None:
    triangles = Triangles(SQUARE, CORNERS[:, :2])
    whole, _ = triangles.draw(CORNERS, (32, 32))
    part, _ = triangles.draw(CORNERS, (10, 8), corner=np.array([5, 7]))
    np.testing.assert_allclose(part, whole[:, 7:15, 5:15], atol=0.05)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 3, 0, 1]])
def test_the_nearer_triangle_is_seen_whatever_the_order(order: list[int]) -> None:
    points = np.concatenate([CORNERS, CORNERS + np.array([0, 0, 5])])
    values = np.repeat([[1.0, 1.0], [9.0, 9.0]], 4, axis=0)
    indices = np.concatenate([SQUARE, SQUARE + 4])[order]
    place, _ = Triangles(indices, values).draw(points, (32, 32))
    np.testing.assert_allclose(place, 1, atol=1e-3)


def test_what_no_triangle_covers_says_so() -> None:
    place, covered = Triangles(SQUARE, CORNERS[:, :2]).draw(CORNERS / 4, (32, 32))
    assert not covered[20, 20]
    assert (place[:, 20, 20] == CORNERS[:, :2].min(0)).all()
    assert covered[4, 4]


def test_flat_triangles_draw_nothing_and_do_no_harm() -> None:
    flat = CORNERS * [1, 0, 1]
    _, covered = Triangles(SQUARE, CORNERS[:, :2]).draw(flat, (32, 32))
    assert covered.sum() <= 64
