"""Moves the picture under the mesh."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.geometry import depth_order
from mien.engines.mesh.lips import part_lips
from mien.engines.mesh.raster import TriangleImage, TriangleOrigin
from mien.engines.mesh.remap import remap
from mien.engines.mesh.source import MeshSource
from mien.landmarks import LEFT_EYE_OUTER_RING, NUM_SKIN, OUTER_LIPS, RIGHT_EYE_OUTER_RING
from mien.types import Floats, Image

MAP_STEP = 4
"""The map is evaluated at every fourth pixel and enlarged: it is smooth, and pixels are what
costs time. Where it is not smooth, at eyes and mouth, it is evaluated finely."""
_FINE_SIDE = 700
_FINE_PARTS = (
    np.array(OUTER_LIPS), np.array(RIGHT_EYE_OUTER_RING), np.array(LEFT_EYE_OUTER_RING),
)  # fmt: skip
_MARGIN_PX = 3
_LINE_SHARE = 0.5
"""Width of the dark line between closed lips, as a share of the way to the next ring."""
_PARTINGS = 4
_JUMP_PX = 2.2 * MAP_STEP
"""A step of the map between neighbouring samples that stretching alone does not make."""
_BLOCK_Y, _BLOCK_X = (n.ravel() for n in np.mgrid[:MAP_STEP, :MAP_STEP])


@dataclass(frozen=True, slots=True)
class BackwardMap:
    """Where the crop's pixels come from, in crop pixels, (2, h, w): ``coarse`` for every
    MAP_STEP-th pixel, ``full`` for all."""

    coarse: NDArray[np.float32]
    full: NDArray[np.float32]


class Warp:
    """Draws backward maps for one source, and pictures through them."""

    def __init__(self, source: MeshSource) -> None:
        width, height = source.mesh.size
        self._size = width, height
        self._draw_step = 1 if max(width, height) <= _FINE_SIDE else 2
        self._shape = -(-height // MAP_STEP) * MAP_STEP, -(-width // MAP_STEP) * MAP_STEP
        self._texture, self._fine = source.texture, source.fine_texture
        self._triangles = source.mesh.triangles
        self._num_fixed = len(source.mesh.fixed)
        vertices = source.mesh.vertices
        self._origins = [
            TriangleOrigin(part_lips(vertices, _LINE_SHARE * level / _PARTINGS)[self._triangles])
            for level in range(_PARTINGS + 1)
        ]
        self._rows, self._columns = (
            (np.arange(n // MAP_STEP, dtype=np.float32) + 0.5) * MAP_STEP - 0.5 for n in self._shape
        )

    def backward_map(self, vertices: Floats, parting: float) -> BackwardMap:
        """The map for vertices (NUM_VERTICES, 3) in crop pixels and lips parted so far, 0..1."""
        step = self._draw_step
        corners = (vertices[:, :2].take(self._triangles, axis=0) + 0.5) / step - 0.5
        order = depth_order(vertices, self._num_fixed)
        shape = self._shape[0] // step, self._shape[1] // step
        image = self._origins[round(parting * _PARTINGS)].draw(corners, order, shape)
        coarse = self._evaluate(image, self._columns, self._rows)
        full = np.empty((2, *self._shape), np.float32)
        for axis in (0, 1):
            cv2.resize(coarse[axis], self._shape[::-1], dst=full[axis])
        self._refine_edges(full, coarse, image)
        full = full[:, : self._size[1], : self._size[0]]
        self._hold_border(full)
        for part in _FINE_PARTS:
            self._refine(full, image, vertices[part, :2])
        return BackwardMap(coarse, full)

    def _hold_border(self, full: NDArray[np.float32]) -> None:
        """Beyond the outermost samples enlarging repeats them; there, by construction, nothing
        moves."""
        edge, (width, height) = MAP_STEP // 2, self._size
        column, row = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        for first, last in ((0, edge), (height - edge, height)):
            full[0, first:last], full[1, first:last] = column, row[first:last, None]
        for first, last in ((0, edge), (width - edge, width)):
            full[0, :, first:last], full[1, :, first:last] = column[first:last], row[:, None]

    def _refine(self, full: NDArray[np.float32], image: TriangleImage, points: Floats) -> None:
        part, low, high = self._box(points)
        if (high <= low).any():
            return
        columns, rows = (np.arange(a, b, dtype=np.float32) for a, b in zip(low, high, strict=True))
        fine = self._evaluate(image, columns, rows)
        for axis in (0, 1):
            # The blur takes away single pixels that the edges of folded triangles leave behind.
            full[axis][part] = cv2.blur(fine[axis], (3, 3), borderType=cv2.BORDER_REPLICATE)

    def _refine_edges(
        self, full: NDArray[np.float32], coarse: NDArray[np.float32], image: TriangleImage
    ) -> None:
        """Evaluate every pixel where the map jumps: where one part of the face hides another."""
        jump = np.zeros(coarse.shape[1:], bool)
        for place in coarse:
            across = np.abs(place[:, 1:] - place[:, :-1]) > _JUMP_PX
            down = np.abs(place[1:] - place[:-1]) > _JUMP_PX
            jump[:, :-1] |= across
            jump[:, 1:] |= across
            jump[:-1] |= down
            jump[1:] |= down
        row, column = np.nonzero(jump)
        if not len(row):
            return
        y = (row[:, None] * MAP_STEP + _BLOCK_Y).ravel()
        x = (column[:, None] * MAP_STEP + _BLOCK_X).ravel()
        full[:, y, x] = self._evaluate_at(image, x, y)

    def _evaluate_at(
        self, image: TriangleImage, x: NDArray[np.intp], y: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        drawn_x, drawn_y = (((n + 0.5) / self._draw_step - 0.5).astype(np.float32) for n in (x, y))
        return image.origin_at(drawn_x, drawn_y)

    def _box(self, points: Floats) -> tuple[tuple[slice, slice], Floats, Floats]:
        """The part of the crop around some points: as slices, low and high corner."""
        low = np.maximum(np.floor(points.min(0)).astype(int) - _MARGIN_PX, 0)
        high = np.minimum(np.ceil(points.max(0)).astype(int) + _MARGIN_PX, self._size)
        return np.s_[low[1] : high[1], low[0] : high[0]], low, high

    def _evaluate(
        self, image: TriangleImage, columns: NDArray[np.float32], rows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The map at columns and rows of the crop."""
        step = np.float32(self._draw_step)
        x, y = ((n + np.float32(0.5)) / step - np.float32(0.5) for n in (columns, rows))
        return image.origin(x, y)

    def picture(self, full: NDArray[np.float32], vertices: Floats) -> Image:
        """The warped crop, (height, width, 4): RGB and alpha."""
        picture = remap(self._texture, full[0], full[1])
        if self._fine is not None:
            part, _, _ = self._box(vertices[:NUM_SKIN, :2])
            x, y = ((full[axis][part] - self._fine.origin[axis]) * 2 for axis in (0, 1))
            if self._fine.holds(x, y):
                picture[part] = remap(self._fine.pixels, x, y)
        return picture
