from __future__ import annotations

import numpy as np
import pytest

from mien.engines.mesh.geometry import place_vertices
from mien.engines.mesh.rings import calm_rings
from mien.engines.mesh.source import MeshSource
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.pose import Pose, rotation_from_angles

pytestmark = pytest.mark.unit

NO_SHIFT = np.zeros((108, 2))


def turned(source: MeshSource, yaw: float) -> np.ndarray:
    mesh = source.mesh
    rotation = rotation_from_angles(yaw, 0, 0) @ mesh.pose.rotation
    pose = Pose(rotation, mesh.pose.translation, mesh.pose.scale)
    return place_vertices(mesh, mesh.head, pose, NO_SHIFT)


def test_at_rest_every_pixel_comes_from_its_own_place(source: MeshSource) -> None:
    full = source.warp.backward_map(turned(source, 0), 0.0).full
    y, x = np.indices(full.shape[1:])
    assert np.abs(full[0] - x).max() < 0.2
    assert np.abs(full[1] - y).max() < 0.2


def test_a_landmark_shows_what_it_showed_at_rest(source: MeshSource) -> None:
    vertices = turned(source, 12)
    full = source.warp.backward_map(vertices, 0.0).full
    for landmark in (4, 9, 50, 280, 152):
        x, y = np.rint(vertices[landmark, :2]).astype(int)
        rest = source.mesh.landmarks[landmark, :2] + (x, y) - vertices[landmark, :2]
        assert full[:, y, x] == pytest.approx(rest, abs=1.5)


def test_a_turn_hides_an_edge_and_a_still_face_none(source: MeshSource) -> None:
    warp = source.warp
    assert warp.backward_map(turned(source, 25), 0.0).outlines
    assert not warp.backward_map(turned(source, 0), 0.0).outlines


def test_the_map_stays_within_the_crop_whatever_the_face_does(source: MeshSource) -> None:
    mesh = source.mesh
    weights = shape_weights({"jawOpen": 1.0, "mouthFunnel": 1.0, "browInnerUp": 1.0})
    pose = Pose(
        rotation_from_angles(28, -22, 40) @ mesh.pose.rotation,
        mesh.pose.translation + np.array([40, -40, 0]),
        mesh.pose.scale * 1.3,
    )
    vertices = place_vertices(mesh, pose_face(mesh.head, weights), pose, NO_SHIFT + 9)
    full = source.warp.backward_map(vertices, 1.0).full
    assert np.isfinite(full).all()
    width, height = mesh.size
    assert -1 <= full[0].min() <= full[0].max() <= width
    assert -1 <= full[1].min() <= full[1].max() <= height


def test_what_flow_says_around_the_head_is_bounded_and_smooth() -> None:
    wild = np.zeros((108, 2))
    wild[5] = 3.0
    calm = calm_rings(wild)
    assert np.linalg.norm(calm, axis=1).max() <= 0.2
    assert calm[4].any()
    assert calm[6].any()
    gentle = np.full((108, 2), 0.01)
    np.testing.assert_allclose(calm_rings(gentle), gentle, rtol=0.05)
