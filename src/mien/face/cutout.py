"""Squares cut out of a picture at any size and angle, also beyond the picture's edges."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats, Image, Mask

_BLURS = (0.015, 0.05, 0.14)
"""Blur of what is made up beyond the picture's edge, in sides of the cutout: it grows with the
distance, so that a border continues and does not run in streaks."""


def cut_out(picture: Image, transform: NDArray[np.float64], size: int) -> Image:
    """The square of ``size`` pixels that ``transform`` (2, 3, picture to cutout pixels) makes of
    a picture (h, w, 3). Beyond the edges the picture's borders are continued, more and more
    blurred."""
    shrunk, placed = _shrunk(picture, transform)
    result = _warped(shrunk, placed, size, cv2.BORDER_REPLICATE)
    inside = _inside(picture.shape[:2], transform, size)
    if inside.all():
        return result
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5) / size
    return _blurred_away(result, away)


def cut_out_alpha(alpha: Mask, transform: NDArray[np.float64], size: int) -> Mask:
    """The same for an alpha channel (h, w): 0 beyond the picture's edges."""
    shrunk, placed = _shrunk(alpha, transform)
    return _warped(shrunk, placed, size, cv2.BORDER_CONSTANT)


def _shrunk(picture: Image, transform: NDArray[np.float64]) -> tuple[Image, NDArray[np.float64]]:
    """A picture that is larger than its cutout, averaged down to that scale, and the transform
    from there: sampling alone would skip pixels."""
    scale = float(np.sqrt(abs(np.linalg.det(transform[:, :2]))))
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size[0] >= width or size[1] >= height:
        return picture, transform
    small = cast(Image, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    factor = np.array([width / size[0], height / size[1]])
    back = np.vstack([np.column_stack([np.diag(factor), (factor - 1) / 2]), [0, 0, 1]])
    return small, transform @ back


def _warped(picture: Image, transform: NDArray[np.float64], size: int, border: int) -> Image:
    flags = cv2.INTER_LANCZOS4
    warped = cv2.warpAffine(picture, transform, (size, size), flags=flags, borderMode=border)
    return cast(Image, warped)


def _inside(shape: tuple[int, ...], transform: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """(size, size) whether each pixel of the cutout shows the picture."""
    y, x = np.mgrid[:size, :size]
    inverse = cv2.invertAffineTransform(transform)
    u, v = (row[0] * x + row[1] * y + row[2] for row in inverse)
    height, width = shape
    return cast(
        NDArray[np.bool_],
        (u >= -0.5) & (u <= width - 0.5) & (v >= -0.5) & (v <= height - 0.5),
    )


def _blurred_away(picture: Image, away: Floats) -> Image:
    """Blurred by the distance (h, w) from what is known, in sides of the picture."""
    size = picture.shape[0]
    result, reached = picture.astype(np.float32), 0.0
    for blur in _BLURS:
        soft = _soft(picture, blur * size)
        share = np.clip((away - reached) / blur, 0, 1).astype(np.float32)[..., None]
        result += (soft - result) * share
        reached += blur
    return np.rint(result).clip(0, 255).astype(np.uint8)


def _soft(picture: Image, sigma_px: float) -> NDArray[np.float32]:
    """Blurred at a size at which that is quick."""
    reduction = min(1.0, 4.0 / max(sigma_px, 1e-6))
    size = max(1, round(picture.shape[1] * reduction)), max(1, round(picture.shape[0] * reduction))
    small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(
        small, (0, 0), max(sigma_px * reduction, 0.3), borderType=cv2.BORDER_REPLICATE
    )
    return cast(NDArray[np.float32], cv2.resize(soft, picture.shape[1::-1]))
