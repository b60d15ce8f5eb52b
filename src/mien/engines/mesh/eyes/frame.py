"""The coordinates in which eyes are painted.

u runs from the eye's left corner in the picture (0) to its right one (1), v down from the line
between the corners; both in eye widths. They move, turn and grow with the eye and know nothing
of the lids.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.remap import remap
from mien.landmarks import (
    LEFT_EYE,
    LEFT_EYE_OUTER_RING,
    LEFT_IRIS,
    RIGHT_EYE,
    RIGHT_EYE_OUTER_RING,
    RIGHT_IRIS,
)
from mien.types import Floats, Image

Plane = NDArray[np.float32]
"""(height, width) float32."""
Table = NDArray[np.float32]
"""(1, nodes, curves) v of curves along an eye, from ``EyeFrame.table`` for ``look_up``."""
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, the last two exclusive."""

_NODES = np.linspace(-0.4, 1.4, 73)
"""Where curves along the eye are tabulated."""
_STEP = _NODES[1] - _NODES[0]


_WELL_OPEN = 0.22
"""Gap of an eye that shows all there is to know of it."""
_CLEARER = 1.25


@dataclass(frozen=True, slots=True)
class EyePoints:
    """Landmarks of one eye; curves go from left to right in the picture.

    upper, lower: 9 lid landmarks, corners included. crease: 9 around the upper lid.
    iris: centre and four of the rim.
    """

    upper: NDArray[np.intp]
    lower: NDArray[np.intp]
    crease: NDArray[np.intp]
    iris: NDArray[np.intp]


def _points(
    ring: tuple[int, ...], outer: tuple[int, ...], iris: tuple[int, ...], *, mirrored: bool
) -> EyePoints:
    order = -1 if mirrored else 1
    upper, lower, crease = ring[:9], (ring[0], *ring[:7:-1]), outer[:9]
    curves = [np.array(c)[::order] for c in (upper, lower, crease)]
    return EyePoints(curves[0], curves[1], curves[2], np.array(iris))


EYE_POINTS = (
    _points(RIGHT_EYE, RIGHT_EYE_OUTER_RING, RIGHT_IRIS, mirrored=False),
    _points(LEFT_EYE, LEFT_EYE_OUTER_RING, LEFT_IRIS, mirrored=True),
)
"""The person's right and left eye."""


@dataclass(frozen=True, slots=True)
class EyeFrame:
    """One eye's coordinates in one picture: ``origin`` at the left corner, unit vectors
    ``along`` and ``down``, ``width`` in pixels."""

    origin: Floats
    along: Floats
    down: Floats
    width: float

    @classmethod
    def of(cls, points: Floats, eye: EyePoints) -> EyeFrame:
        """Of an eye among landmarks (478, 2 or 3) in pixels."""
        left, right = points[eye.upper[0], :2], points[eye.upper[-1], :2]
        width = max(float(np.hypot(*(right - left))), 1e-3)
        along = (right - left) / width
        return cls(left, along, np.array([-along[1], along[0]]), width)

    def place(self, points: Floats) -> Floats:
        """Pixels (n, 2 or more) to (n, 2) u, v."""
        axes = np.array([self.along, self.down]).T
        return cast(Floats, (points[:, :2] - self.origin) @ axes / self.width)

    def pixels(self, u: Floats, v: Floats) -> NDArray[np.float32]:
        """u, v of one shape to (..., 2) pixels."""
        x, y = (
            self.origin[i] + self.width * (u * self.along[i] + v * self.down[i]) for i in (0, 1)
        )
        return np.stack([x, y], axis=-1).astype(np.float32)

    def grid(self, box: Box) -> tuple[Plane, Plane]:
        """u and v of each pixel of a box."""
        x = np.arange(box[0], box[2], dtype=np.float32)[None] - np.float32(self.origin[0])
        y = np.arange(box[1], box[3], dtype=np.float32)[:, None] - np.float32(self.origin[1])
        a, b = (self.along / self.width).astype(np.float32)
        return x * a + y * b, y * a - x * b

    def box(self, u: tuple[float, float], v: tuple[float, float], size: tuple[int, int]) -> Box:
        """Pixels that may lie between two u and two v, inside a picture of (width, height)."""
        reach = []
        for i in (0, 1):
            start, a, b = float(self.origin[i]), float(self.along[i]), float(self.down[i])
            ends = [start + self.width * (x * a + y * b) for x in u for y in v]
            low, high = min(ends), max(ends)
            reach.append((max(math.floor(low), 0), min(math.ceil(high) + 1, size[i])))
        return reach[0][0], reach[1][0], reach[0][1], reach[1][1]

    def table(self, points: Floats, *curves: NDArray[np.intp]) -> Table:
        """Curves of landmarks from left to right.

        points: (478, 2 or more) pixels."""
        place = self.place(points[np.concatenate(curves)])
        table = np.empty((1, len(_NODES), len(curves)), np.float32)
        for i in range(len(curves)):
            curve = place[len(curves[0]) * i : len(curves[0]) * (i + 1)]
            across = np.maximum.accumulate(curve[:, 0])
            table[0, :, i] = np.interp(_NODES, across, curve[:, 1])
        return table


@dataclass(frozen=True, slots=True)
class Look:
    """How well one eye was seen in one frame of a film. gap: between its lids, eye widths."""

    gap: float

    @classmethod
    def at(cls, points: Floats, eye: EyePoints) -> Look:
        """At an eye among landmarks (478, 2 or 3) in pixels."""
        lids = EyeFrame.of(points, eye).table(points, eye.upper, eye.lower)
        return cls(float((lids[0, :, 1] - lids[0, :, 0]).max()))

    def is_clearer_than(self, other: Look) -> bool:
        """Whether the eye is worth studying again: it was hardly open, and now it is."""
        return other.gap < _WELL_OPEN and self.gap > _CLEARER * other.gap


def look_up(table: Table, u: Plane) -> NDArray[np.float32]:
    """v of the curves at u: (h, w, curves)."""
    position = (u - np.float32(_NODES[0])) * np.float32(1 / _STEP)
    return remap(table, position, np.zeros_like(position))


def ramp(value: Floats, start: float, end: float) -> Plane:
    """0 before ``start``, 1 after ``end``, straight in between."""
    share = value * np.float32(1 / (end - start))
    share -= np.float32(start / (end - start))
    np.maximum(share, 0, out=share)
    return cast(Plane, np.minimum(share, 1, out=share))


def rise(value: float, start: float, end: float) -> float:
    """The smooth ramp of a number."""
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def over(below: Image, above: Image, alpha: Plane) -> Image:
    """``above`` blended over ``below``, all of one size."""
    return cast(Image, cv2.blendLinear(below, above, 1 - alpha, alpha))
