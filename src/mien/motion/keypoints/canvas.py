"""LivePortrait's canvas in our units.

A keypoint lies at ``scale * (canonical @ R + expression) + translation`` on a canvas that reaches
from -1 to 1 across the crop in which the face was seen. Points are row vectors with x right, y
down, z away from the camera: the axes of :mod:`mien.motion.pose`, so only the transposition
differs.
"""

from __future__ import annotations

import numpy as np

from mien.types import Floats

HEAD_UNIT = 0.26
"""Canvas units per unit of scale between the centres of the eyes: .42, the median over six
published driving clips seen whole, by 1.6, the mean scale of the five templates made of such clips.
With it the head of the template shake_face travels 1.0 head units per sine of its yaw, as heads do
that turn about :data:`mien.motion.moment.NECK`."""


def rotation_from_template(rotation: Floats) -> Floats:
    """(..., 3, 3) float32 camera-from-head matrix for column vectors, from a template's R."""
    return np.swapaxes(np.asarray(rotation, np.float32), -1, -2)


def rotation_to_template(rotation: Floats) -> Floats:
    """A template's R (..., 3, 3) float32: :func:`rotation_from_template` undone."""
    return rotation_from_template(rotation)


def rotations_from_degrees(angles: Floats) -> Floats:
    """(n, 3, 3) float32 camera-from-head matrices of LivePortrait's pitch, yaw and roll (n, 3):
    Rz(roll) Ry(yaw) Rx(pitch), right-handed; its R is that transposed."""
    pitch, yaw, roll = np.radians(np.asarray(angles, np.float64)).T
    turns = _about(roll, 2) @ _about(yaw, 1) @ _about(pitch, 0)
    return np.asarray(turns, np.float32)


def _about(radians: Floats, axis: int) -> Floats:
    """(n, 3, 3) right-handed rotations of columns about one axis."""
    one, other = (axis + 1) % 3, (axis + 2) % 3
    turns = np.zeros((len(radians), 3, 3))
    turns[:, axis, axis] = 1.0
    turns[:, one, one] = turns[:, other, other] = np.cos(radians)
    turns[:, other, one] = np.sin(radians)
    turns[:, one, other] = -turns[:, other, one]
    return turns


def head_units_from_canvas(travel: Floats, scale: float) -> Floats:
    """Head units of a way on the canvas. scale: the reference frame's, because head units are
    the reference's."""
    return np.asarray(travel, np.float64) / (HEAD_UNIT * scale)


def canvas_from_head_units(travel: Floats, scale: float) -> Floats:
    """:func:`head_units_from_canvas` undone."""
    return np.asarray(travel, np.float64) * (HEAD_UNIT * scale)
