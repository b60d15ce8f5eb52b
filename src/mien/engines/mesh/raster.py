"""Piecewise affine backward maps: for each pixel of the result, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats

_SUBPIXEL_BITS = 4
_MIN_AREA_PX = 0.15
"""Twice the area under which a triangle is left to its neighbours: such slivers (closed lids)
would spread noise."""
UNCOVERED = -1


@dataclass(frozen=True, slots=True)
class TriangleImage:
    """Which triangle each pixel shows, and where triangles come from.

    ids: (h, w) int32, ``UNCOVERED`` where there is none. planes: (6, n + 1) float32, one column
    (ax, ay, bx, by, cx, cy) for each triangle with origin = a x + b y + c. bounds: (4, n + 1),
    low and high corner of each triangle's origin. The last column, all zero, stands for
    ``UNCOVERED``. Arrays are planar because that is what gathers and remaps fastest.
    """

    ids: NDArray[np.int32]
    planes: NDArray[np.float32]
    bounds: NDArray[np.float32]

    def origin(
        self, columns: NDArray[np.float32], rows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Where the pixels at these columns (w,) and rows (h,) come from, (2, h, w): x and y.
        The triangle is that of the pixel nearest to each place."""
        ids = self.ids[np.rint(rows).astype(np.intp)][:, np.rint(columns).astype(np.intp)]
        return self._place(ids, columns[None, :], rows[:, None])

    def origin_at(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for single places (n,): (2, n)."""
        ids = self.ids[np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)]
        return self._place(ids, x, y)

    def _place(
        self, ids: NDArray[np.int32], x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        place = np.empty((2, *ids.shape), np.float32)
        for axis in (0, 1):
            plane = self.planes[axis].take(ids)  # -1 takes the zero column at the end
            plane *= x
            step = self.planes[2 + axis].take(ids)
            step *= y
            plane += step
            plane += self.planes[4 + axis].take(ids)
            # A polygon covers all pixels that its edges touch; seen from there, the plane
            # through a thin triangle leads far away. The triangle itself bounds what it shows.
            np.maximum(plane, self.bounds[axis].take(ids), out=plane)
            np.minimum(plane, self.bounds[2 + axis].take(ids), out=place[axis])
        return place


def draw_triangles(
    target: Floats, origin: Floats, order: NDArray[np.intp], shape: tuple[int, int]
) -> TriangleImage:
    """Draw triangles one over the other.

    target: (n, 3, 2) corners in the result's pixels. origin: (n, 3, 2) the same corners where
    they come from, in any unit. order: triangle numbers, hindmost first. shape: (height, width).
    """
    planes, area = _planes(target, origin)
    ids = np.full(shape, UNCOVERED, np.int32)
    corners = np.rint(target * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    fill = cv2.fillConvexPoly
    visible = order[area[order] > _MIN_AREA_PX]
    for number, triangle in zip(visible.tolist(), corners[visible], strict=True):
        fill(ids, triangle, number, 8, _SUBPIXEL_BITS)
    bounds = np.zeros((4, len(origin) + 1), np.float32)
    bounds[:2, :-1], bounds[2:, :-1] = origin.min(axis=1).T, origin.max(axis=1).T
    return TriangleImage(ids, planes, bounds)


def backward_map(
    target: Floats, origin: Floats, order: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Map (2, height, width) and triangle of each pixel, for :func:`draw_triangles`' arguments;
    the map is 0 where no triangle is."""
    image = draw_triangles(target, origin, order, shape)
    rows, columns = (np.arange(n, dtype=np.float32) for n in shape)
    return image.origin(columns, rows), image.ids


def _planes(target: Floats, origin: Floats) -> tuple[NDArray[np.float32], Floats]:
    """The planes of TriangleImage and twice the area of each target triangle. Closed
    form: a solver costs ten times more."""
    target, origin = target.astype(np.float64), origin.astype(np.float64)
    e1, e2 = target[:, 1] - target[:, 0], target[:, 2] - target[:, 0]
    f1, f2 = origin[:, 1] - origin[:, 0], origin[:, 2] - origin[:, 0]
    det = e1[:, 0] * e2[:, 1] - e2[:, 0] * e1[:, 1]
    inverse = np.divide(1.0, det, out=np.zeros_like(det), where=np.abs(det) > 1e-9)[:, None]
    a = (f1 * e2[:, 1:] - f2 * e1[:, 1:]) * inverse
    b = (f2 * e1[:, :1] - f1 * e2[:, :1]) * inverse
    c = origin[:, 0] - a * target[:, 0, :1] - b * target[:, 0, 1:]
    planes = np.zeros((6, len(target) + 1), np.float32)
    planes[0:2, :-1], planes[2:4, :-1], planes[4:6, :-1] = a.T, b.T, c.T
    return planes, cast(Floats, np.abs(det))
