"""The square around a face that a crop shows.

The arithmetic is that of LivePortrait's `parse_rect_from_landmark`, in single precision, as there:
a face that stands upright but for a thousandth of a degree counts as upright.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np

from mien.engines.liveportrait.framing.layouts import middles, outline
from mien.types import Floats

_LEAST_SIDE = 1e-3
"""Pixels: all points of a face on one spot still make a square."""
_NO_DIRECTION = 1e-3
"""Pixels between eyes and mouth up to which nobody can say where down is."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A square of ``side`` pixels around ``center`` (2,), turned by ``angle`` radians clockwise
    on the screen, as the face in it is."""

    center: Floats
    side: float
    angle: float

    @property
    def upright(self) -> Floats:
        """(4, 2) float32 corners of the square as it is before it is turned, clockwise from its
        top left one."""
        half = np.float32(self.side / 2)
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
        return cast(Floats, self.center + signs * half)

    @property
    def turned(self) -> Floats:
        """(4, 2) corners of the turned square, beginning with the face's top left one."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]])
        return cast(Floats, (self.upright - self.center) @ turn + self.center)


def face_box(landmarks: Floats, *, scale: float, x: float = 0.0, y: float = 0.0) -> FaceBox:
    """The square ``scale`` times as large as the face, whose own sides stand along the line from
    its eyes to its mouth; moved by ``x`` and ``y`` sides to the face's right and down.

    landmarks: (n, 2 or 3) picture pixels, n as in :func:`layouts.layout_of`. LivePortrait's own
    ``vx_ratio`` never reaches this arithmetic; ``x`` does.
    """
    points = np.asarray(landmarks, np.float32)[:, :2]
    down = _down(*middles(points))
    right = np.array([down[1], -down[0]], np.float32)
    face = outline(points)
    middle = face.mean(axis=0)
    along = (face - middle) @ np.array([right, down]).T
    low, high = along.min(axis=0), along.max(axis=0)
    side = max(float((high - low).max() * np.float32(scale)), _LEAST_SIDE)
    offset = (low + high) / 2 + np.array([x * side, y * side], np.float32)
    angle = math.copysign(math.acos(min(max(float(right[0]), -1.0), 1.0)), right[1])
    return FaceBox(middle + right * offset[0] + down * offset[1], side, angle)


def _down(eyes: Floats, mouth: Floats) -> Floats:
    """(2,) float32 unit vector from the eyes to the mouth."""
    line = mouth - eyes
    length = np.linalg.norm(line)
    if length <= _NO_DIRECTION:
        return np.array([0, 1], np.float32)
    return cast(Floats, line / length)
