"""The face's texture at twice its size, so that it stays sharp when it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.landmarks import NUM_SKIN
from mien.types import Floats, Image

_FINE_FACE_PX = 450
"""Faces up to this width have a texture of twice their size: linear sampling of the doubled
picture is sharper than cubic sampling and costs a fifth. Larger faces hide the difference."""
_FINE_MARGIN = 0.3
"""Room around the face in the fine texture, in face sizes."""
_SHARPEN = 0.75
"""Strength of the unsharp mask between pixels."""


@dataclass(frozen=True, slots=True)
class FineTexture:
    """A part of the crop at twice its size: texel ``2 * ((x, y) - origin)`` is crop pixel
    (x, y)."""

    pixels: Image
    origin: tuple[int, int]

    def holds(self, x: Floats, y: Floats) -> bool:
        """Whether all these texel coordinates lie inside."""
        height, width = self.pixels.shape[:2]
        inside = x.size and x.min() >= 0 and y.min() >= 0 and x.max() < width and y.max() < height
        return bool(inside)


def fine_texture(texture: Image, landmarks: Floats) -> FineTexture | None:
    """Of the face in a crop (h, w, 4) with landmarks (478, 3) there; None for large faces."""
    low, high = landmarks[:NUM_SKIN, :2].min(0), landmarks[:NUM_SKIN, :2].max(0)
    if high[0] - low[0] > _FINE_FACE_PX:
        return None
    margin = _FINE_MARGIN * (high - low)
    x0, y0 = np.maximum(low - margin, 0).astype(int)
    x1, y1 = np.minimum(high + margin, (texture.shape[1], texture.shape[0])).astype(int)
    return FineTexture(_doubled(texture[y0:y1, x0:x1]), (int(x0), int(y0)))


def _doubled(image: Image) -> Image:
    """(2h - 1, 2w - 1): the pixels themselves, and sharp values between them."""
    height, width = image.shape[:2]
    doubled = np.empty((2 * height - 1, 2 * width - 1, image.shape[2]), np.uint8)
    doubled[::2, ::2] = image
    doubled[::2, 1::2] = _half_way(image, along=1)[:, :-1]
    doubled[1::2] = _half_way(np.ascontiguousarray(doubled[::2]), along=0)[:-1]
    # What lies between pixels has lost its finest detail, and linear sampling takes more: a face
    # would be sharp only while it rests. Sharpening what is between evens this out.
    soft = cv2.GaussianBlur(doubled, (0, 0), 1.2)
    sharp = cv2.addWeighted(doubled, 1 + _SHARPEN, soft, -_SHARPEN, 0)
    sharp[::2, ::2] = image
    sharp[..., 3] = doubled[..., 3]
    return cast(Image, sharp)


def _half_way(image: Image, along: int) -> Image:
    """Lanczos-interpolated values half a pixel further along an axis."""
    offset = np.arange(-3, 5) - 0.5
    taps = np.sinc(offset) * np.sinc(offset / 4)
    taps = (taps / taps.sum()).astype(np.float32)
    one = np.ones(1, np.float32)
    horizontal, vertical = (taps, one) if along == 1 else (one, taps)
    anchor = (3, 0) if along == 1 else (0, 3)
    between = cv2.sepFilter2D(
        image, -1, horizontal, vertical, anchor=anchor, borderType=cv2.BORDER_REPLICATE
    )
    return cast(Image, between)
