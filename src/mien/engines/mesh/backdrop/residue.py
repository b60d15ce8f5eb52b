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

from mien.engines.mesh.raster import Place
from mien.engines.mesh.remap import remap
from mien.types import Image

_REACH = 0.05
"""How far the person moves until nothing of it is given back, in face widths."""
_ROW = 1024
"""Pixels are looked up in rows of so many: OpenCV's maps are no wider than 32767."""


@dataclass(frozen=True, slots=True)
class Residue:
    """The picture less what its parts show together.

    difference: (h, w, 3) float32 grey levels. pixels: (n, _ROW) flat numbers of the pixels that
    may show any of it, the last one repeated. reach_px: the movement at which it is gone.
    """

    difference: NDArray[np.float32]
    pixels: NDArray[np.intp]
    reach_px: float

    def give_back(self, picture: Image, place: Place) -> None:
        """Add it to a picture (h, w, 3), in place, that shows what lies at ``place`` (2, h, w)."""
        if not self.pixels.size:
            return
        x, y = place.reshape(2, -1).take(self.pixels, axis=1)
        row, column = np.divmod(self.pixels, picture.shape[1])
        weight = 1 - np.hypot(x - column, y - row) / self.reach_px
        kept = weight > 0
        if not kept.any():
            return
        lost = remap(self.difference, x, y) * np.maximum(weight, 0)[..., None]
        colours = picture.reshape(-1, 3)
        total = np.rint(colours[self.pixels] + lost)
        colours[self.pixels] = np.clip(total, 0, 255).astype(np.uint8)


def find_residue(image: Image, together: Image, face_width: float) -> Residue:
    """What of ``image`` its parts, put together again, do not show; both RGB (h, w, 3)."""
    reach_px = max(1.0, _REACH * face_width)
    difference = cast(NDArray[np.float32], cv2.subtract(image, together, dtype=cv2.CV_32F))
    lost = (image != together).any(axis=2).astype(np.uint8)
    away = cv2.distanceTransform(1 - lost, cv2.DIST_L2, 3)
    near = np.flatnonzero(away <= reach_px + 1) if lost.any() else np.empty(0, np.intp)
    padding = np.repeat(near[-1:], -len(near) % _ROW)
    return Residue(difference, np.concatenate([near, padding]).reshape(-1, _ROW), reach_px)
