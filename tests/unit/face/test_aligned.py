from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face.aligned import align, align_face, corners, frame_upper_body
from mien.face.crop import face_height
from mien.landmarks import NUM_SKIN
from mien.types import Face, Floats

pytestmark = pytest.mark.unit

PICTURE = 512, 512


def turned(landmarks: Floats, degrees: float, zoom: float) -> Floats:
    angle = np.radians(degrees)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return landmarks[:, :2] @ turn.T + (40, -25)


def placed(transform: Floats, points: Floats) -> Floats:
    return points[:, :2] @ transform[:, :2].T + transform[:, 2]


@given(st.floats(-60, 60), st.floats(0.3, 4))
def test_the_aligned_face_is_the_same_however_it_lies_in_the_picture(
    astronaut_face: Face, degrees: float, zoom: float
) -> None:
    points = astronaut_face.landmarks[:, :2].astype(float)
    moved = turned(points, degrees, zoom)
    usual = placed(align_face(points, 512), points)
    np.testing.assert_allclose(placed(align_face(moved, 512), moved), usual, atol=1e-6)


def test_an_aligned_face_stands_upright_and_fills_its_share(astronaut_face: Face) -> None:
    points = placed(align_face(astronaut_face.landmarks, 512), astronaut_face.landmarks)
    eyes, mouth = points[[33, 133, 362, 263]].mean(0), points[[61, 291]].mean(0)
    assert abs(eyes[0] - mouth[0]) < 3
    brow_to_chin = points[152, 1] - points[[105, 334], 1].min()
    assert brow_to_chin == pytest.approx(512 / 2.3, rel=0.1)


def test_scale_makes_room(astronaut_face: Face) -> None:
    near, far = (align_face(astronaut_face.landmarks, 256, scale=s) for s in (1.5, 3.0))
    assert np.linalg.det(near[:, :2]) == pytest.approx(4 * np.linalg.det(far[:, :2]))


def test_eyes_and_mouth_in_one_place_count_as_upright() -> None:
    outline = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    transform = align(outline, np.array([5.0, 5]), np.array([5.0, 5]), size=64)
    assert transform[0, 1] == 0
    assert np.isfinite(transform).all()


@pytest.mark.skipif("MIEN_SHARED_DIR" not in os.environ, reason="MIEN_SHARED_DIR is not set")
def test_alignment_is_that_of_liveportrait() -> None:
    golden = np.load(Path(os.environ["MIEN_SHARED_DIR"]) / "golden/liveportrait/geometry.npz")
    points = golden["crop5_0_pts"].astype(float)
    ours = align(points, points[:2].mean(0), points[3:].mean(0), size=512, scale=2.3)
    np.testing.assert_allclose(ours, golden["crop5_0_M_o2c"][:2], atol=2e-3)


def test_the_upper_body_is_upright_with_the_face_in_the_middle(astronaut_face: Face) -> None:
    transform = frame_upper_body(astronaut_face.landmarks, PICTURE, 512)
    assert transform[0, 1] == transform[1, 0] == 0
    face = placed(transform, astronaut_face.landmarks)[:NUM_SKIN]
    middle = (face.min(0) + face.max(0)) / 2
    assert middle[0] == pytest.approx(255.5)
    assert 0.32 * 512 < middle[1] <= 0.5 * 512
    assert 512 / 3.5 < np.ptp(face[:, 1]) < 512 / 2.5


def test_the_picture_itself_is_framed_whole_where_it_suits(astronaut_face: Face) -> None:
    scale = 512 / face_height(astronaut_face.landmarks)
    box = corners(frame_upper_body(astronaut_face.landmarks, PICTURE, 64, scale=scale), 64)
    assert np.ptp(box, axis=0) == pytest.approx((512, 512))


def test_near_an_edge_less_is_missing_without_a_scale(astronaut_face: Face) -> None:
    low = astronaut_face.landmarks - (0, 60, 0)
    usual = corners(frame_upper_body(low, (512, 230), 100, scale=3.4), 100)
    fitted = corners(frame_upper_body(low, (512, 230), 100), 100)
    assert np.ptp(fitted[:, 1]) < np.ptp(usual[:, 1])
    assert np.ptp(fitted[:, 1]) >= 2.6 * face_height(low) - 1


@given(st.floats(-200, 700), st.floats(-200, 700), st.integers(16, 2000), st.integers(16, 2000))
def test_faces_anywhere_can_be_framed(
    astronaut_face: Face, x: float, y: float, width: int, height: int
) -> None:
    landmarks = astronaut_face.landmarks[:, :2] - (260, 120) + (x, y)
    transform = frame_upper_body(landmarks, (width, height), 128)
    assert np.isfinite(transform).all()
    assert transform[0, 0] > 0
