from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.engines.mesh.film import Film, unit_pose
from mien.engines.mesh.retarget import FaceShape
from mien.types import MotionFrame

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def reference(film, portrait, face) -> MotionFrame:
    return film([(portrait.pixels, face.landmarks)]).reference


@pytest.fixture(scope="module")
def read(reference: MotionFrame):
    """Reads a frame of the same film."""
    seen = Film(reference, reference.pixels, stiff=False)

    def shot(frame: MotionFrame):
        shape = FaceShape(np.asarray(frame.landmarks, np.float64), unit_pose(frame))
        return seen.read(frame.pixels, shape)

    return shot


def test_the_reference_frame_reads_as_itself(reference: MotionFrame, read) -> None:
    shot = read(reference)
    np.testing.assert_allclose(shot.shape.head, reference.landmarks, atol=0.005)
    np.testing.assert_allclose(
        shot.shape.pose.translation, unit_pose(reference).translation, atol=0.01
    )
    assert shot.shape.pose.scale == pytest.approx(1, abs=0.01)
    assert np.abs(shot.ring_shift).max() < 0.01


def test_a_picture_moved_as_a_whole_moves_the_pose_and_takes_the_surroundings_along(
    reference: MotionFrame, read, film, portrait, face
) -> None:
    move = np.array([[1.0, 0, 12], [0, 1, -7]])
    picture = cv2.warpAffine(portrait.pixels, move, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    landmarks = face.landmarks + np.array([12, -7, 0], np.float32)
    _, frame = film([(portrait.pixels, face.landmarks), (picture, landmarks)]).frames
    shot = read(frame)
    moved = shot.shape.pose.translation - unit_pose(reference).translation
    expected = unit_pose(frame).translation - unit_pose(reference).translation
    np.testing.assert_allclose(moved[:2], expected[:2], atol=0.01)
    assert np.linalg.norm(moved[:2]) > 0.05
    along = shot.ring_shift @ (12, -7) / np.hypot(12, 7)
    assert along.max() > 0.02
    assert along.min() > -0.02
    assert np.abs(shot.ring_shift @ (7, 12)).max() / np.hypot(12, 7) < 0.02
