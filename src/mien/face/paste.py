"""Puts a rendered crop back into its picture."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Image, Mask, Rendered

_WHOLE = 1e-6
"""How far from whole pixels a crop may lie and still be copied instead of resampled."""
_TILE = 128


def paste(picture: Image, rendered: Rendered) -> Image:
    """The picture (RGB, or RGBA with straight alpha) with the crop blended in by its alpha.

    Where the crop lies on whole pixels its pixels are copied as they are; otherwise they are
    resampled first. What reaches beyond the picture is left out. The picture itself is not
    changed. A picture's own transparency changes only if the crop brings its ``coverage``.
    """
    if not _on_whole_pixels(rendered.to_picture):
        rendered = _resample(rendered, (picture.shape[1], picture.shape[0]))
    left, top = (round(value) for value in rendered.to_picture[:, 2])
    result = picture.copy()
    height, width = rendered.alpha.shape
    place = np.s_[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
    rows, columns = result[place].shape[:2]
    y, x = max(-top, 0), max(-left, 0)
    part = np.s_[y : y + rows, x : x + columns]
    if rows and columns:
        _blend_into(result[place], rendered, part)
    return result


def _blend_into(target: Image, rendered: Rendered, part: tuple[slice, slice]) -> None:
    alpha, pixels = rendered.alpha[part], rendered.pixels[part]
    _mix_into(target[..., :3], pixels, alpha)
    if rendered.coverage is not None and target.shape[2] == 4:
        _mix_into(target[..., 3], rendered.coverage[part], alpha)


def _mix_into(below: Image, above: Image, alpha: Mask) -> None:
    """Blend in place; equal values stay exactly equal, whatever the alpha. The opaque inside of
    a crop with soft edges is copied at once."""
    rows, columns = _opaque_inside(alpha)
    below[rows, columns] = above[rows, columns]
    for edge in (
        np.s_[: rows.start, :],
        np.s_[rows.stop :, :],
        np.s_[rows, : columns.start],
        np.s_[rows, columns.stop :],
    ):
        _mix_tiles(below[edge], above[edge], alpha[edge])


def _opaque_inside(alpha: Mask) -> tuple[slice, slice]:
    """Rows and columns of a large part where alpha (h, w) is 255; empty where there is none that
    holds the middle."""
    height, width = alpha.shape
    columns = _stretch(alpha[height // 2] == 255, width // 2)
    rows = _stretch(alpha[:, width // 2] == 255, height // 2)
    inside = alpha[rows, columns]
    if inside.size and inside.min() == 255:
        return rows, columns
    return slice(0, 0), slice(0, 0)


def _stretch(wanted: NDArray[np.bool_], middle: int) -> slice:
    """The longest run of True around a place (n,); empty where that is False."""
    if not wanted[middle]:
        return slice(0, 0)
    ends = np.flatnonzero(~wanted)
    number = int(np.searchsorted(ends, middle))
    start = int(ends[number - 1]) + 1 if number else 0
    return slice(start, int(ends[number]) if number < len(ends) else len(wanted))


def _mix_tiles(below: Image, above: Image, alpha: Mask) -> None:
    """Tile by tile, because most tiles are wholly opaque, and those that are not stay in the
    processor's cache."""
    height, width = alpha.shape
    side = _TILE if alpha.size > _TILE * _TILE else max(height, width, 1)
    for y, x in product(range(0, height, side), range(0, width, side)):
        tile = np.s_[y : y + side, x : x + side]
        weights = alpha[tile]
        if weights.min() == 255:
            below[tile] = above[tile]
        elif weights.any():
            weight = weights.astype(np.float32) / 255
            below[tile] = cv2.blendLinear(above[tile], below[tile], weight, 1 - weight)


def _on_whole_pixels(transform: NDArray[np.float64]) -> bool:
    shift = transform[:, 2]
    turned, beside = transform[:, :2] - np.eye(2), shift - np.round(shift)
    return bool(np.abs(turned).max() <= _WHOLE and np.abs(beside).max() <= _WHOLE)


def _resample(rendered: Rendered, picture_size: tuple[int, int]) -> Rendered:
    """The same crop on whole pixels of the picture, as far as it lies inside it."""
    x0, y0, x1, y1 = _extent(rendered, picture_size)
    transform = rendered.to_picture - [[0, 0, x0], [0, 0, y0]]
    # A turned crop is LivePortrait's: it is resampled as LivePortrait does.
    upright = bool(np.all(transform[[0, 1], [1, 0]] == 0))
    outside = cv2.BORDER_REPLICATE if upright else cv2.BORDER_CONSTANT

    def warp(layer: Image, flags: int, border: int) -> Image:
        size = (x1 - x0, y1 - y0)
        return cast(Image, cv2.warpAffine(layer, transform, size, flags=flags, borderMode=border))

    if x1 <= x0 or y1 <= y0:
        nothing = np.zeros((0, 0), np.uint8)
        return replace(rendered, alpha=nothing, to_picture=np.eye(2, 3))
    coverage = rendered.coverage
    return replace(
        rendered,
        pixels=warp(rendered.pixels, cv2.INTER_CUBIC if upright else cv2.INTER_LINEAR, outside),
        alpha=warp(rendered.alpha, cv2.INTER_LINEAR, outside),
        coverage=None if coverage is None else warp(coverage, cv2.INTER_LINEAR, outside),
        to_picture=np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]]),
    )


def _extent(rendered: Rendered, picture_size: tuple[int, int]) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the picture's pixels whose centres the crop can cover."""
    height, width = rendered.alpha.shape
    x, y = width - 0.5, height - 0.5
    corners = np.array([[-0.5, -0.5, 1], [x, -0.5, 1], [-0.5, y, 1], [x, y, 1]])
    points = corners @ rendered.to_picture.T
    low = np.maximum(np.ceil(points.min(axis=0) - _WHOLE), 0).astype(int)
    high = np.minimum(np.floor(points.max(axis=0) + _WHOLE) + 1, picture_size).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
