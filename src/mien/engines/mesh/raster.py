"""Piecewise affine backward maps: for each pixel of the result, where it comes from."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats

_SUBPIXEL_BITS = 4
_MIN_AREA_PX = 0.06
"""Twice the area under which a triangle is left to its neighbours: such slivers (closed lids)
would spread noise."""
UNCOVERED = -1


def backward_map(
    target: Floats, origin: Floats, order: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Draw triangles one over the other and say where each pixel comes from.

    target: (n, 3, 2) triangle corners in the result's pixels. origin: (n, 3, 2) the same
    corners where they come from, in any unit. order: triangle numbers, hindmost first.
    shape: (height, width) of the result.
    Returns the map (height, width, 2) in origin coordinates, and the triangle number of each
    pixel, ``UNCOVERED`` where there is none (the map is 0 there).
    """
    coefficients, area = _affine_coefficients(target, origin)
    ids = np.full(shape, UNCOVERED, np.int32)
    corners = np.rint(target * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    fill = cv2.fillConvexPoly
    visible = order[area[order] > _MIN_AREA_PX]
    for number, triangle in zip(visible.tolist(), corners[visible], strict=True):
        fill(ids, triangle, number, 8, _SUBPIXEL_BITS)
    per_pixel = coefficients.take(ids, axis=0)  # UNCOVERED = -1 takes the zero row at the end
    x = np.arange(shape[1], dtype=np.float32)[None, :, None]
    y = np.arange(shape[0], dtype=np.float32)[:, None, None]
    return per_pixel[..., 0:2] * x + per_pixel[..., 2:4] * y + per_pixel[..., 4:6], ids


def _affine_coefficients(target: Floats, origin: Floats) -> tuple[NDArray[np.float32], Floats]:
    """(n + 1, 6) rows (ax, ay, bx, by, cx, cy) with origin = a x + b y + c, the last row zero;
    and twice the area of each target triangle. Closed form: a solver costs ten times more."""
    target, origin = target.astype(np.float64), origin.astype(np.float64)
    e1, e2 = target[:, 1] - target[:, 0], target[:, 2] - target[:, 0]
    f1, f2 = origin[:, 1] - origin[:, 0], origin[:, 2] - origin[:, 0]
    det = e1[:, 0] * e2[:, 1] - e2[:, 0] * e1[:, 1]
    inverse = np.divide(1.0, det, out=np.zeros_like(det), where=np.abs(det) > 1e-9)[:, None]
    a = (f1 * e2[:, 1:] - f2 * e1[:, 1:]) * inverse
    b = (f2 * e1[:, :1] - f1 * e2[:, :1]) * inverse
    c = origin[:, 0] - a * target[:, 0, :1] - b * target[:, 0, 1:]
    rows = np.zeros((len(target) + 1, 6), np.float32)
    rows[:-1, 0:2], rows[:-1, 2:4], rows[:-1, 4:6] = a, b, c
    return rows, cast(Floats, np.abs(det))
