"""Shading given for a portrait at rest, put on its warped picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.raster import Place
from mien.engines.mesh.remap import remap
from mien.engines.mesh.warp import MAP_STEP
from mien.landmarks import NUM_SKIN
from mien.types import Floats, Image, Mask

_LEVELS = 600.0
"""Steps of a tinted gain to 1: those of a byte reach +-.21."""


@dataclass(frozen=True, slots=True)
class Gain:
    """values: (h, w) float32, log gain of every ``step``-th pixel of the crop from ``origin``
    (x, y) on; none beyond. step: a divisor of MAP_STEP. unit: 1 in the bytes it is multiplied
    by; the larger, the finer, but no gain can be above 255 / unit. tint: what red, green and
    blue take of it; None if all take all."""

    values: NDArray[np.float32]
    step: int
    origin: tuple[int, int] = (0, 0)
    unit: int = 128
    tint: Floats | None = None

    def apply(self, picture: Image, coarse: Place, vertices: Floats) -> None:
        """Multiply the face in place, where the warp has put it.

        picture: (h, w, 3). coarse, vertices: the backward map of every MAP_STEP-th pixel, and
        the mesh it was drawn for.
        """
        low = np.maximum(np.floor(vertices[:NUM_SKIN, :2].min(0) / MAP_STEP), 0).astype(int)
        high = np.ceil(vertices[:NUM_SKIN, :2].max(0) / MAP_STEP).astype(int) + 1
        part = coarse[:, low[1] : high[1], low[0] : high[0]]
        if part.size == 0:
            return
        x, y = (self._at(place, first) for place, first in zip(part, self.origin, strict=True))
        moved = remap(self.values, x, y, border=cv2.BORDER_CONSTANT)
        factor = self._factor(moved)
        top, left = low[1] * MAP_STEP, low[0] * MAP_STEP
        region = picture[top : high[1] * MAP_STEP, left : high[0] * MAP_STEP]
        factor = factor[: region.shape[0], : region.shape[1]]
        cv2.multiply(region, factor, dst=region, scale=1 / self.unit)

    def _factor(self, moved: NDArray[np.float32]) -> Image:
        """The factor, in bytes, for every pixel and channel."""
        if self.tint is None:
            grey = np.clip(np.exp(moved) * self.unit, 0, 255).astype(np.uint8)
            grey = cast(Mask, cv2.resize(grey, None, fx=self.step, fy=self.step))
            return cast(Image, cv2.merge([grey] * 3))
        levels = np.clip(moved * _LEVELS + 128.5, 0, 255).astype(np.uint8)
        gains = (np.arange(256) - 128)[:, None] / _LEVELS * self.tint
        table = np.clip(np.exp(gains) * self.unit + 0.5, 0, 255).astype(np.uint8)
        coloured = cv2.LUT(cv2.merge([levels] * 3), table[None])
        return cast(Image, cv2.resize(coloured, None, fx=self.step, fy=self.step))

    def _at(self, place: NDArray[np.float32], first: int) -> NDArray[np.float32]:
        """Where places of the crop lie among the values, for every ``step``-th pixel."""
        if self.step < MAP_STEP:
            finer = MAP_STEP // self.step
            place = np.asarray(cv2.resize(place, None, fx=finer, fy=finer), np.float32)
        half = np.float32(0.5)
        return (place - np.float32(first) + half) / np.float32(self.step) - half
