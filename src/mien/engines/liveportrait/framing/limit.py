"""Bounds that LivePortrait puts on a picture before it looks at it."""

from __future__ import annotations

from typing import cast

import cv2

from mien.types import Image

MAX_SIDE, DIVISION = 1280, 2


def limited_size(
    size: tuple[int, int], *, max_side: int = MAX_SIDE, division: int = DIVISION
) -> tuple[int, int]:
    """Width and height of a picture of that size after :func:`limit_picture`."""
    width, height = _shrunk_size(size, max_side)
    step = max(division, 1)
    cropped = width - width % step, height - height % step
    return cropped if min(cropped) > 0 else (width, height)


def limit_picture(picture: Image, *, max_side: int = MAX_SIDE, division: int = DIVISION) -> Image:
    """A picture (h, w, channels) whose longer side is at most ``max_side`` pixels (0: any), and
    whose sides are multiples of ``division``, for which it loses pixels on the right and below."""
    size = picture.shape[1], picture.shape[0]
    shrunk = _shrunk_size(size, max_side)
    if shrunk != size:
        picture = cast(Image, cv2.resize(picture, shrunk))
    width, height = limited_size(size, max_side=max_side, division=division)
    return picture[:height, :width]


def _shrunk_size(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    longest = max(size)
    if max_side <= 0 or longest <= max_side:
        return size
    width, height = (
        max_side if side == longest else max(1, int(side * (max_side / longest))) for side in size
    )
    return width, height
