"""Piecewise affine backward maps: for each pixel of the result, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
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


class TriangleOrigin:
    """Triangles as they lie where they come from, ready to be drawn anywhere.

    corners: (n, 3, 2), in any unit.
    """

    def __init__(self, corners: Floats) -> None:
        corners = corners.astype(np.float64)
        self._start = corners[:, 0].T.copy()
        self._first = (corners[:, 1] - corners[:, 0]).T.copy()
        self._second = (corners[:, 2] - corners[:, 0]).T.copy()
        self._bounds = np.zeros((4, len(corners) + 1), np.float32)
        self._bounds[:2, :-1], self._bounds[2:, :-1] = corners.min(1).T, corners.max(1).T

    def draw(
        self, target: Floats, order: NDArray[np.intp], shape: tuple[int, int]
    ) -> TriangleImage:
        """Draw the triangles one over the other.

        target: (n, 3, 2) corners in the result's pixels. order: triangle numbers, hindmost
        first. shape: (height, width).
        """
        planes, area = self._planes(target)
        ids = np.full(shape, UNCOVERED, np.int32)
        visible = order[area.take(order) > _MIN_AREA_PX]
        corners = np.rint(target.take(visible, axis=0) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        fill = cv2.fillConvexPoly
        for number, triangle in zip(visible.tolist(), corners, strict=True):
            fill(ids, triangle, number, 8, _SUBPIXEL_BITS)
        return TriangleImage(ids, planes, self._bounds)

    def _planes(self, target: Floats) -> tuple[NDArray[np.float32], Floats]:
        """The planes of TriangleImage and twice the area of each target triangle. Closed form:
        a solver costs ten times more."""
        (x0, y0), (x1, y1), (x2, y2) = np.ascontiguousarray(target.transpose(1, 2, 0))
        e1x, e1y, e2x, e2y = x1 - x0, y1 - y0, x2 - x0, y2 - y0
        det = e1x * e2y - e2x * e1y
        inverse = np.divide(1.0, det, out=np.zeros_like(det), where=np.abs(det) > 1e-9)
        a = (self._first * e2y - self._second * e1y) * inverse
        b = (self._second * e1x - self._first * e2x) * inverse
        planes = np.zeros((6, len(target) + 1), np.float32)
        planes[0:2, :-1], planes[2:4, :-1] = a, b
        planes[4:6, :-1] = self._start - a * x0 - b * y0
        return planes, np.abs(det)


def backward_map(
    target: Floats, origin: Floats, order: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Where each pixel of a picture drawn with triangles comes from, (2, height, width), 0 where
    no triangle is, and the triangle of each pixel. Corners (n, 3, 2); order, shape as in
    :meth:`TriangleOrigin.draw`."""
    image = TriangleOrigin(origin).draw(target, order, shape)
    rows, columns = (np.arange(n, dtype=np.float32) for n in shape)
    return image.origin(columns, rows), image.ids
