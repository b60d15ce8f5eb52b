"""What is lost of a picture when it is taken apart into a person and a background.

No matte holds every hair, and no filled-in rim is the true one. Where the person hardly moves,
what was lost is given back and moves along: there the picture is a sheet of rubber again. From a
small distance on, person and background are apart and nothing of it is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.backdrop.scattered import for_each_channel, put_pixels
from mien.engines.mesh.raster import Place
from mien.engines.mesh.remap import remap
from mien.types import Image, Mask

_REACH = 0.05
"""How far the person moves until nothing of it is given back, in face widths."""
_ROW = 1024
"""Pixels are looked up in rows of so many: OpenCV's maps are no wider than 32767."""


@dataclass(frozen=True, slots=True)
class Residue:
    """The picture less what its parts show together.

    difference: (h, w, 3) float32 grey levels. touched: (h, w), 1 where it is not 0 and in the two
    pixels around. pixels: flat numbers of the pixels that may show any of it, a multiple of _ROW,
    the last one repeated; column, row: the same as coordinates. reach_px: the movement at which
    it is gone.
    """

    difference: NDArray[np.float32]
    touched: Mask
    pixels: NDArray[np.intp]
    column: NDArray[np.float32]
    row: NDArray[np.float32]
    reach_px: float

    def give_back(self, picture: Image, place: Place) -> None:
        """Add it to a picture (h, w, 3), in place, that shows what lies at ``place`` (2, h, w)."""
        if not self.pixels.size:
            return
        x, y = place.reshape(2, -1).take(self.pixels, axis=1)
        shown = self._shown(x, y)
        if not shown.size:
            return
        x, y, column, row = (part.take(shown) for part in (x, y, self.column, self.row))
        across, down = (a - b.astype(np.float64) for a, b in ((x, column), (y, row)))
        away = np.sqrt(across * across + down * down)  # a third of the time of np.hypot
        rows = -(-x.size // _ROW), _ROW
        total = remap(self.difference, np.resize(x, rows), np.resize(y, rows))
        total = total.reshape(-1, 3)[: x.size] * for_each_channel(
            np.maximum(1 - away / self.reach_px, 0)
        )
        pixels = self.pixels.take(shown)
        total += picture.reshape(-1, 3).take(pixels, axis=0)
        np.rint(total, out=total)
        np.clip(total, 0, 255, out=total)
        put_pixels(picture, pixels, total.astype(np.uint8))

    def _shown(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.intp]:
        """Which of the pixels, seen at x, y, may change at all: most do not."""
        nearest = cv2.INTER_NEAREST
        seen = remap(self.touched, x.reshape(-1, _ROW), y.reshape(-1, _ROW), interpolation=nearest)
        reach_px = np.float32(self.reach_px + 0.01)
        near = (np.abs(x - self.column) < reach_px) & (np.abs(y - self.row) < reach_px)
        return np.flatnonzero(near & seen.ravel().view(bool))


def find_residue(image: Image, together: Image, face_width: float) -> Residue:
    """What of ``image`` its parts, put together again, do not show; both RGB (h, w, 3)."""
    reach_px = max(1.0, _REACH * face_width)
    difference = cast(NDArray[np.float32], cv2.subtract(image, together, dtype=cv2.CV_32F))
    lost = (image != together).any(axis=2).astype(np.uint8)
    away = cv2.distanceTransform(1 - lost, cv2.DIST_L2, 3)
    near = np.flatnonzero(away <= reach_px + 1) if lost.any() else np.empty(0, np.intp)
    pixels = np.concatenate([near, np.repeat(near[-1:], -len(near) % _ROW)])
    row, column = np.divmod(pixels, image.shape[1])
    touched = cast(Mask, cv2.dilate(lost, np.ones((5, 5), np.uint8)))
    coordinates = column.astype(np.float32), row.astype(np.float32)
    return Residue(difference, touched, pixels, *coordinates, reach_px)
