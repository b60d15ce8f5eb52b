from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakes.painted_faces import PaintedFace, painted_face
from mien.engines.mesh.mouth.opening import LOWER, UPPER
from mien.engines.mesh.mouth.tongue_out import TongueOut
from mien.motion.pose import Pose
from mien.types import Image

pytestmark = pytest.mark.unit

BLUE = np.array([20.0, 30.0, 200.0])
PARTED = {"jawOpen": 0.3}


def changed(face: PaintedFace, out: float) -> Image:
    """(h, w) how much a tongue changes the picture of a face."""
    picture = face.image.copy()
    tip = float(face.head[UPPER[5], 1]) + 0.04
    TongueOut(BLUE, 120.0, 1.0).paint(picture, face.head, face.pose, upper_tip=tip, out=out)
    return np.asarray(np.abs(picture.astype(int) - face.image).max(axis=2), np.uint8)


def lowest(face: PaintedFace, out: float) -> int:
    return int(np.flatnonzero(changed(face, out).max(axis=1) > 60).max())


def test_between_the_teeth_it_ends_at_the_lower_lip() -> None:
    face = painted_face(PARTED)
    edge = face.landmarks[LOWER[5], 1]
    assert abs(lowest(face, 0.35) - edge) < 0.06 * face.pose.scale


def test_fully_out_it_hangs_over_the_lower_lip() -> None:
    face = painted_face(PARTED)
    assert lowest(face, 1.0) > face.landmarks[17, 1]


def test_it_never_covers_the_upper_lip() -> None:
    face = painted_face(PARTED)
    above = np.zeros(face.image.shape[:2], np.uint8)
    rim = face.landmarks[[61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, *UPPER[::-1]], :2]
    cv2.fillPoly(above, [np.rint(rim).astype(np.int32)], 255)
    above = cv2.erode(above, np.ones((5, 5), np.uint8))
    assert changed(face, 1.0)[above > 0].max() == 0


def test_it_comes_without_a_jump() -> None:
    face = painted_face(PARTED)
    areas = [float((changed(face, out) / 255).sum()) for out in np.linspace(0, 1, 21)]
    assert areas[0] == 0
    assert np.abs(np.diff(areas)).max() < 0.2 * max(areas)


def test_closed_lips_keep_it_in() -> None:
    assert changed(painted_face(), 1.0).max() == 0


def test_in_a_wide_open_mouth_it_lies_on_the_lower_lip() -> None:
    face = painted_face({"jawOpen": 0.9})
    rows = np.flatnonzero(changed(face, 0.35).max(axis=1) > 30)
    gap = face.landmarks[LOWER[5], 1] - face.landmarks[UPPER[5], 1]
    assert face.landmarks[LOWER[5], 1] - rows.min() < 0.6 * gap


@pytest.mark.parametrize("shift", [-9999.0, 180.0, np.nan])
def test_a_mouth_outside_the_picture_does_no_harm(shift: float) -> None:
    face = painted_face(PARTED)
    pose = Pose(face.pose.rotation, face.pose.translation + shift, face.pose.scale)
    away = PaintedFace(face.image, face.landmarks, face.head, pose)
    changed(away, 1.0)
