"""Flat faces in two colours, as large and as open-mouthed as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mien.landmarks import INNER_LIPS, OUTER_LIPS
from mien.motion.arkit import shape_weights
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import Pose, rotation_from_angles, to_picture
from mien.types import DriverPixels, Floats, Image

PEACH, ROSE = (214, 168, 140), (176, 96, 92)


@dataclass(frozen=True)
class PaintedFace:
    """image: (h, w, 3). landmarks: (478, 3) its pixels. head: the same in the head frame."""

    image: Image
    landmarks: Floats
    head: Floats
    pose: Pose

    @property
    def pixels(self) -> DriverPixels:
        return DriverPixels(self.image, self.landmarks)


def painted_face(
    shapes: dict[str, float] | None = None,
    *,
    skin: tuple[int, int, int] = PEACH,
    lips: tuple[int, int, int] = ROSE,
    inside: tuple[int, int, int] = (60, 30, 30),
    side: int = 400,
    yaw: float = 0.0,
) -> PaintedFace:
    """A face that fills a square picture, with an expression."""
    head = np.asarray(pose_face(FACE_TEMPLATE.landmarks, shape_weights(shapes or {})), np.float64)
    middle = np.array([side / 2, side * 0.35, 0.0])
    pose = Pose(rotation_from_angles(yaw, 0.0, 0.0), middle, side / 4.5)
    landmarks = to_picture(head, pose)
    image = np.empty((side, side, 3), np.uint8)
    image[:] = skin
    for rim, colour in ((OUTER_LIPS, lips), (INNER_LIPS, inside)):
        corners = np.rint(landmarks[list(rim), :2]).astype(np.int32)
        cv2.fillPoly(image, [corners], colour)
    return PaintedFace(image, landmarks, head, pose)


def saturation(colours: Image) -> float:
    """Mean spread between the channels of RGB pixels (..., 3)."""
    return float(np.ptp(colours.reshape(-1, 3).astype(int), axis=1).mean())
