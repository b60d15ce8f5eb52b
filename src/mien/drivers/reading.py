"""What a face in a picture says: its pose and its expression, as a motion frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.motion.blendshapes.estimate import estimate_blendshapes
from mien.motion.pose import Pose, fit_pose, to_head
from mien.types import DriverPixels, Face, Floats, Image, MotionFrame


@dataclass(frozen=True, slots=True)
class Reading:
    """One face as it was seen. ``head``: (478, 3) float32 landmarks in the head frame."""

    pose: Pose
    head: Floats
    pixels: DriverPixels


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a driver is measured against: the pixels of a head unit in its reference frame and
    its neutral face (478, 3) in the head frame."""

    scale: float
    neutral: Floats


def read_face(face: Face, image: Image) -> Reading:
    """Pose and head-frame landmarks of a face found in an RGB picture."""
    pose = fit_pose(face.landmarks)
    head = np.asarray(to_head(face.landmarks, pose), np.float32)
    return Reading(pose, head, DriverPixels(image, face.landmarks))


def to_motion_frame(
    reading: Reading, baseline: Baseline, *, pts: int, time_base: Fraction
) -> MotionFrame:
    """The reading in the units of the driver's reference frame."""
    pose = reading.pose
    return MotionFrame(
        pts=pts,
        time_base=time_base,
        rotation=pose.rotation.astype(np.float32),
        translation=(pose.translation[:2] / baseline.scale).astype(np.float32),
        scale=pose.scale / baseline.scale,
        blendshapes=estimate_blendshapes(reading.head, baseline.neutral),
        landmarks=reading.head,
        pixels=reading.pixels,
    )
