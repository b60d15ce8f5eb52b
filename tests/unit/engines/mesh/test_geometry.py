from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.geometry import lay_mesh, place_vertices
from mien.engines.mesh.rings import place_rings, ring_displacement, ring_shares
from mien.engines.mesh.source import MeshSource
from mien.engines.mesh.topology import (
    BORDER_START,
    NUM_BORDER,
    NUM_VERTICES,
    OPENINGS,
    OVAL,
    RING_BANDS,
    SKIN,
    border_loop,
    border_triangles,
)
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import Pose, rotation_from_angles

pytestmark = pytest.mark.unit

NO_SHIFT = np.zeros((108, 2))


def area(triangles: np.ndarray, points: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, i], :2] for i in range(3))
    return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2


def test_at_rest_every_vertex_is_in_its_place(source: MeshSource) -> None:
    mesh = source.mesh
    placed = place_vertices(mesh, mesh.head, mesh.pose, NO_SHIFT)
    np.testing.assert_allclose(placed[:, :2], mesh.vertices, atol=1e-3)


def test_the_mesh_covers_the_whole_crop(source: MeshSource) -> None:
    mesh = source.mesh
    groups = (SKIN, OPENINGS, *RING_BANDS, mesh.border)
    covered = sum(np.abs(area(group, mesh.vertices)).sum() for group in groups)
    width, height = mesh.size
    assert covered >= 0.999 * (width - 1) * (height - 1)


def test_the_border_of_the_crop_never_moves(source: MeshSource) -> None:
    mesh = source.mesh
    pose = Pose(
        rotation_from_angles(20, 10, 15) @ mesh.pose.rotation,
        mesh.pose.translation + np.array([30, -20, 0]),
        mesh.pose.scale * 1.1,
    )
    placed = place_vertices(mesh, mesh.head, pose, NO_SHIFT + 5)
    np.testing.assert_array_equal(placed[BORDER_START:, :2], mesh.vertices[BORDER_START:])


def test_border_triangles_use_every_vertex_of_both_loops() -> None:
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring = np.stack([50 + 20 * np.cos(angle), 40 + 20 * np.sin(angle)], 1)
    triangles = border_triangles(ring, border_loop((100, 80)))
    assert len(triangles) == 36 + NUM_BORDER
    assert len(np.unique(triangles)) == 36 + NUM_BORDER


def test_rings_stay_inside_a_picture_that_ends_at_the_face() -> None:
    landmarks = FACE_TEMPLATE.landmarks.astype(np.float64) * 40
    landmarks -= landmarks.min(0) - [3, 3, 0]
    width, height = np.ceil(landmarks[:, :2].max(0) + 3).astype(int)
    mesh = lay_mesh(landmarks, np.full((height, width), 255, np.uint8))
    assert len(mesh.vertices) == NUM_VERTICES
    assert (mesh.vertices >= -0.01).all()
    assert (mesh.vertices <= np.array([width, height]) - 0.99).all()


def test_rings_lie_further_and_further_from_the_face() -> None:
    rings = place_rings(FACE_TEMPLATE.landmarks).reshape(3, 36, 3)
    oval = FACE_TEMPLATE.landmarks[OVAL]
    distance = np.linalg.norm((rings - oval)[..., :2], axis=2)
    assert (np.diff(distance, axis=0) > 0).all()


def test_a_person_carries_the_rings_further_than_the_background() -> None:
    assert (ring_shares(np.ones(108)) >= ring_shares(np.zeros(108))).all()
    assert ring_shares(np.zeros(108))[-36:].max() == 0


def test_no_motion_displaces_no_ring() -> None:
    pose = Pose(np.eye(3), np.zeros(3), 100.0)
    rings = place_rings(FACE_TEMPLATE.landmarks)
    assert not ring_displacement(rings, ring_shares(np.ones(108)), pose, pose).any()
