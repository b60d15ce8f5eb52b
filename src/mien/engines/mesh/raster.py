"""Draws triangles into pictures: what is known at their corners, seen by depth."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats

Place = NDArray[np.float32]
"""(2, h, w): a pair of values for each pixel, such as the place it comes from."""
_DEPTH_RANGE = 1e-3
"""The rasteriser has a perspective: seen through so flat a scene it is none (0.02 pixels)."""
_FAR = 2.0
_CAMERA = np.eye(4, dtype=np.float32)
_QUARTER_TURN = float(np.pi / 2)


class Triangles:
    """Triangles that carry a pair of values at each vertex.

    indices: (m, 3). values: (n, 2) of any unit, such as where the vertices come from.
    """

    def __init__(self, indices: NDArray[np.intp], values: Floats) -> None:
        self._indices = np.ascontiguousarray(indices, np.int32)
        self._low = values.min(axis=0)
        self._range = max(float(np.ptp(values, axis=0).max()), 1e-6)
        unit = (values - self._low) / self._range  # the rasteriser wants colours, 0..1
        self._colours = np.zeros((len(values), 3), np.float32)
        self._colours[:, :2] = unit
        self._settings: Any = cv2.TriangleRasterizeSettings()
        self._settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
        self._settings.setShadingType(cv2.RASTERIZE_SHADING_SHADED)

    def draw(
        self,
        points: Floats,
        size: tuple[int, int],
        *,
        corner: Floats | None = None,
        step: int = 1,
    ) -> tuple[Place, NDArray[np.bool_]]:
        """Values (2, h, w) of every ``step``-th pixel, and where there is a triangle at all.

        points: (n, 3) vertices in pixels; of two triangles, that with the smaller z is seen.
        size: width and height of the result. corner: x, y of its first sample, else the middle
        of the first ``step`` x ``step`` pixels.
        """
        first = np.array(corner) if corner is not None else np.full(2, (step - 1) / 2)
        width, height = size
        z = points[:, 2]
        nearest = z.min()
        depth = 1 + _DEPTH_RANGE * ((z - nearest) / max(float(z.max() - nearest), 1e-6))
        vertices = np.empty((len(points), 3), np.float32)
        centre = np.array(size) / 2 - 0.5
        scale = 2 / height * depth
        for axis, up in ((0, 1), (1, -1)):  # the rasteriser looks along -z, with y upwards
            placed = (points[:, axis] - first[axis]) / step - centre[axis]
            vertices[:, axis] = placed * (up * scale)
        np.negative(depth, out=vertices[:, 2], casting="same_kind")
        colour = np.zeros((height, width, 3), np.float32)
        nearness = np.full((height, width), _FAR, np.float32)
        cv2.triangleRasterize(
            vertices, self._indices, self._colours, colour, nearness, _CAMERA, _QUARTER_TURN,
            0.5, _FAR, self._settings,
        )  # fmt: skip
        values = np.empty((2, height, width), np.float32)
        for axis in (0, 1):
            np.multiply(colour[..., axis], np.float32(self._range), out=values[axis])
            values[axis] += np.float32(self._low[axis])
        return values, nearness < 1.5
