"""Pictures softened, lit and laid over each other, in bytes: floats take five times as long."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats, Image, Mask

Field = NDArray[np.float32]
"""(h, w) or (h, w, channels) float32."""


def soften(image: Image | Mask, blur_px: float) -> Image:
    """Blur a little. OpenCV's own choice of kernel takes three times as long."""
    side = 2 * max(1, int(np.ceil(1.6 * blur_px))) + 1
    return cast(Image, cv2.GaussianBlur(image, (side, side), blur_px))


def light(image: Image, factor: Field) -> Image:
    """The picture (h, w, 3) times (h, w) or (h, w, 3), 0..1."""
    weight = cast(Mask, (factor * np.float32(255)).astype(np.uint8))
    if weight.ndim == 2:
        return _times(image, weight)
    return cast(Image, cv2.multiply(image, weight, scale=1 / 255))


def mix(below: Image, above: Image, weight: Mask) -> Image:
    """One picture (h, w, 3) over another by (h, w)."""
    return cast(Image, cv2.add(_times(above, weight), _times(below, ~weight)))


def fade(mask: Mask, weight: float) -> Mask:
    """The mask times 0..1."""
    return mask if weight >= 1 else cast(Mask, cv2.convertScaleAbs(mask, alpha=weight))


def _times(image: Image, weight: Mask) -> Image:
    return cast(Image, cv2.multiply(image, cv2.merge([weight, weight, weight]), scale=1 / 255))


def in_shade(colour: Floats, lit: Floats, tint: Floats, strength: float) -> Floats:
    """Colours (..., 3) with light (...) on them, of which more is left in the colour of what
    surrounds them, tint (3,): shadows inside a mouth are red, not grey."""
    redness = np.clip(tint / max(float(tint.mean()), 1.0), 0.5, 2.0)
    lit = np.maximum(lit, 0)[..., None]
    return cast(Floats, colour * lit ** (redness**-strength).astype(lit.dtype))


def ramp(value: float, ends: tuple[float, float]) -> float:
    """0 up to the first, 1 from the second, straight in between."""
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def smooth(value: Floats) -> Floats:
    """0 up to 0, 1 from 1, smooth between."""
    t = np.minimum(np.maximum(value, 0), 1)  # a third of the time of np.clip
    return cast(Floats, t * t * (3 - 2 * t))
