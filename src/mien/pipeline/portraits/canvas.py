"""The picture that is worked on: bounded, fitted to the size asked for, flattened if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np

from mien.pipeline.options import Size
from mien.types import Image, Portrait

LONGEST_SIDE = 2048
"""Pixels; a larger picture is scaled down to this unless a size is asked for."""
BACKDROP = 255
"""Grey level behind a transparent picture in a result that knows no transparency: white."""


def canvas(
    portrait: Portrait,
    size: Size | None,
    *,
    keep_alpha: bool,
    longest_side: int = LONGEST_SIDE,
) -> Portrait:
    """The portrait at the size of the result; without ``keep_alpha`` it is laid on white.

    ``longest_side``: pixels to which a larger picture is scaled down when no size is asked for.
    """
    if size is None and max(portrait.pixels.shape[:2]) > longest_side:
        size = longest_side
    if not keep_alpha:
        portrait = flatten(portrait)
    if size is None:
        return portrait
    alpha = portrait.alpha
    if alpha is None and keep_alpha and is_padded(portrait.pixels.shape[1::-1], size):
        alpha = np.full(portrait.pixels.shape[:2], 255, np.uint8)
    return replace(
        portrait,
        pixels=fit(portrait.pixels, size),
        alpha=None if alpha is None else fit(alpha, size),
    )


def flatten(portrait: Portrait) -> Portrait:
    """The portrait laid on white; as it is when it has no transparency."""
    if portrait.alpha is None:
        return portrait
    weight = portrait.alpha[..., None].astype(np.uint16)
    mixed = (portrait.pixels * weight + BACKDROP * (255 - weight) + 127) // 255
    return replace(portrait, pixels=mixed.astype(np.uint8), alpha=None)


def fit(picture: Image, size: Size) -> Image:
    """The whole picture at a longest side, or centred in (width, height) on black.

    Pictures may have any channels, also none: masks are (height, width). What surrounds an
    RGBA picture or a mask is transparent.
    """
    height, width = picture.shape[:2]
    inner, scale = _inside((width, height), size)
    if inner != (width, height):
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cast(Image, cv2.resize(picture, inner, interpolation=interpolation))
    if isinstance(size, int) or inner == size:
        return picture
    result = np.zeros((size[1], size[0], *picture.shape[2:]), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    result[top : top + inner[1], left : left + inner[0]] = picture
    return result


def is_padded(picture_size: tuple[int, ...], size: Size | None) -> bool:
    """Whether a picture of (width, height) leaves room around it when it is fitted to a size."""
    return isinstance(size, tuple) and _inside(picture_size, size)[0] != size


def _inside(picture_size: tuple[int, ...], size: Size) -> tuple[tuple[int, int], float]:
    """Width and height to which a picture is brought, and the scale."""
    width, height = picture_size
    if isinstance(size, int):
        scale = size / max(width, height)
    else:
        scale = min(size[0] / width, size[1] / height)
    return (max(1, round(width * scale)), max(1, round(height * scale))), scale


def with_alpha(portrait: Portrait) -> Image:
    """RGB, or RGBA when the portrait has transparency."""
    if portrait.alpha is None:
        return portrait.pixels
    return np.dstack([portrait.pixels, portrait.alpha])
