from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mien.engines.liveportrait.algebra.hull import hull_volume, motion_gain
from mien.engines.liveportrait.algebra.rotation import rotation_from_degrees
from mien.types import Floats

pytestmark = pytest.mark.unit

CUBE = np.array(list(product((0.0, 1.0), repeat=3)))
clouds = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).normal(0, 1, (21, 3)))
grids = hnp.arrays(np.float64, (12, 3), elements=st.integers(-3, 3).map(float))
"""Many points in common planes, on common lines and at the same place."""


def volume_by_triangles(points: Floats) -> float:
    """The slow way, for points of which no four lie in a plane: every triangle that has all
    points on one side is a face."""
    a, b, c = (
        points[list(corner)] for corner in zip(*combinations(range(len(points)), 3), strict=True)
    )
    normals = np.cross(b - a, c - a)
    heights = np.einsum("ij,ikj->ik", normals, points[None] - a[:, None])
    faces = (heights < 1e-12).all(axis=1) | (heights > -1e-12).all(axis=1)
    inside = (points.mean(axis=0) - a[faces]) * normals[faces]
    return float(np.abs(inside.sum(axis=1)).sum() / 6)


def test_a_cube_of_side_one_has_volume_one() -> None:
    assert hull_volume(CUBE) == pytest.approx(1)


def test_a_tetrahedron_has_a_sixth() -> None:
    assert hull_volume(np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])) == pytest.approx(
        1 / 6
    )


@pytest.mark.parametrize("points", [np.zeros((5, 3)), CUBE * (1, 1, 0), CUBE[:1], CUBE[:3]])
def test_what_is_flat_has_no_volume(points: Floats) -> None:
    assert hull_volume(points) == 0


@settings(max_examples=30)
@given(clouds)
def test_it_is_the_volume_between_the_outermost_triangles(points: Floats) -> None:
    assert hull_volume(points) == pytest.approx(volume_by_triangles(points))


@given(grids, st.integers(0, 100))
def test_points_in_common_planes_are_no_trap(points: Floats, seed: int) -> None:
    apart = points + np.random.default_rng(seed).uniform(-1e-7, 1e-7, points.shape)
    assert hull_volume(points) == pytest.approx(volume_by_triangles(apart), abs=1e-4)


@given(clouds, st.permutations(range(21)))
def test_the_order_of_the_points_does_not_matter(points: Floats, order: list[int]) -> None:
    assert hull_volume(points[order]) == pytest.approx(hull_volume(points))


@given(clouds, hnp.arrays(np.float64, (3, 3), elements=st.floats(-2, 2)))
def test_a_linear_map_scales_it_by_its_determinant(points: Floats, mapping: Floats) -> None:
    wanted = hull_volume(points) * abs(np.linalg.det(mapping))
    assert hull_volume(points @ mapping + 0.3) == pytest.approx(wanted, abs=1e-8)


@given(clouds)
def test_points_inside_change_nothing(points: Floats) -> None:
    inside = points.mean(axis=0) + 0.5 * (points - points.mean(axis=0))
    assert hull_volume(np.concatenate([inside, points])) == pytest.approx(hull_volume(points))


def test_a_face_twice_as_large_moves_by_the_root_of_eight_more() -> None:
    turned = CUBE @ rotation_from_degrees(20, 30, 40)
    assert motion_gain(2 * CUBE, turned) == pytest.approx(8**0.5)


def test_flat_faces_move_as_they_are() -> None:
    assert motion_gain(CUBE, np.zeros((21, 3))) == 1
