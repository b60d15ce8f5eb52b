"""Head pose: a similarity between the face template and 478 landmarks of a picture.

Axes: x to the image's right, y down, z away from the camera. Rotations are camera-from-head
matrices for column vectors; identity is frontal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mien.landmarks import RIGID
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats

_RIGID = np.array(RIGID)
_STEADY = (168, 6, 197, 195, 5, 33, 133, 362, 263)
"""Nose bridge and eye corners: the steadiest of the rigid landmarks."""
_WEIGHTS = np.where(np.isin(_RIGID, _STEADY), 3.0, 1.0)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Pose:
    """``picture = scale * rotation @ head + translation``.

    rotation: (3, 3). translation: (3,) pixels. scale: pixels per head unit (the distance
    between the eye centres).
    """

    rotation: Floats
    translation: Floats
    scale: float


def fit_pose(landmarks: Floats) -> Pose:
    """Pose of a face from its (478, 3) pixel landmarks: the weighted least-squares similarity
    of the rigid landmarks to the template (Umeyama 1991)."""
    head = FACE_TEMPLATE.landmarks[_RIGID].astype(np.float64)
    picture = np.asarray(landmarks, np.float64)[_RIGID]
    head_mean, picture_mean = _WEIGHTS @ head, _WEIGHTS @ picture
    head, picture = head - head_mean, picture - picture_mean
    u, singular, vt = np.linalg.svd((picture * _WEIGHTS[:, None]).T @ head)
    handedness = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * handedness) @ vt
    scale = float((singular * handedness).sum() / (_WEIGHTS @ (head * head)).sum())
    return Pose(rotation, picture_mean - scale * rotation @ head_mean, scale)


def to_head(landmarks: Floats, pose: Pose) -> Floats:
    """Pixel landmarks (n, 3) in the head frame, head units."""
    return cast(Floats, (landmarks - pose.translation) @ pose.rotation / pose.scale)


def to_picture(head: Floats, pose: Pose) -> Floats:
    """Head-frame points (n, 3) in pixels of the picture."""
    return cast(Floats, pose.scale * head @ pose.rotation.T + pose.translation)


def rotation_from_angles(yaw: float, pitch: float, roll: float) -> Floats:
    """Rotation matrix (3, 3) from degrees: yaw > 0 turns the face to the image's right,
    pitch > 0 up, roll > 0 clockwise on the screen. Order: roll * pitch * yaw."""
    (sy, sp, sr), (cy, cp, cr) = (f(np.radians([yaw, pitch, roll])) for f in (np.sin, np.cos))
    turn = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return cast(Floats, tilt @ nod @ turn)


def angles_from_rotation(rotation: Floats) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees; the inverse of :func:`rotation_from_angles` for
    |pitch| < 90."""
    pitch = np.arcsin(np.clip(rotation[2, 1] * -1.0, -1.0, 1.0))
    yaw = np.arctan2(rotation[2, 0], rotation[2, 2])
    roll = np.arctan2(-rotation[0, 1], rotation[1, 1])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))
