"""Moves the picture under the mesh."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.geometry import depth_order
from mien.engines.mesh.raster import UNCOVERED, backward_map
from mien.engines.mesh.source import MeshSource
from mien.types import Floats, Image

STEP = 4
"""The map is drawn at a quarter of the resolution and enlarged: it is smooth, and pixels are
what costs time (against a full map: 48 dB at 512 pixels, 54 dB at 1024)."""


class Warp:
    """Draws backward maps for one source, and pictures through them."""

    def __init__(self, source: MeshSource) -> None:
        width, height = source.mesh.size
        self._size = width, height
        self._shape = -(-height // STEP), -(-width // STEP)
        self._texture, self._scale = source.texture, source.texture_scale
        self._triangles = source.mesh.triangles
        self._num_fixed = len(source.mesh.fixed)
        self._origin = source.mesh.vertices[self._triangles]
        y, x = np.mgrid[: self._shape[0], : self._shape[1]].astype(np.float32)
        self._identity = np.stack([(x + 0.5) * STEP - 0.5, (y + 0.5) * STEP - 0.5], -1)

    def coarse_map(self, vertices: Floats) -> NDArray[np.float32]:
        """For vertices (NUM_VERTICES, 3) in crop pixels: where each pixel of the picture reduced
        by STEP comes from, in crop pixels."""
        corners = (vertices[:, :2][self._triangles] + 0.5) / STEP - 0.5
        order = depth_order(vertices, self._num_fixed)
        place, ids = backward_map(corners, self._origin, order, self._shape)
        missing = ids == UNCOVERED
        if missing.any():
            place[missing] = self._identity[missing]
        return place

    def picture(self, coarse: NDArray[np.float32]) -> Image:
        """The warped crop, (height, width, 4): RGB and person."""
        place = coarse * self._scale + (self._scale - 1) / 2 if self._scale > 1 else coarse
        full = cv2.resize(place, (self._shape[1] * STEP, self._shape[0] * STEP))
        full = full[: self._size[1], : self._size[0]]
        return cv2.remap(
            self._texture, full, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
