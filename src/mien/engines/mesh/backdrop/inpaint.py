"""Fills a hole in a picture with pieces of what lies around it.

Exemplar-based, from coarse to fine (Wexler, Shechtman, Irani 2007): every small patch that
overlaps the hole looks for the most similar known patch; the patches found vote for the pixels
of the hole; and so on in turn. The finest level only says where to copy from: the pixels come
from the picture at its own resolution.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.backdrop.patches import HALF, Holed, Index, Pixels, inner
from mien.types import Image, Mask

_WORK_SIDE = 256
_COARSEST_SIDE = 20
_MIN_SOURCES = 24
_COARSE_FROM = 2
"""From this level on the whole hole is filled, on finer ones only its rim."""
_ROUNDS = (2, 4, 6, 10)
"""Rounds of search and vote on the finest level, the next coarser one and so on."""
_ROUGHNESS_SPAN = 5


def fill(image: Image, hole: Mask, depth: float) -> Image:
    """The RGB picture with the ``hole`` (nonzero pixels) filled; all others are unchanged.

    depth: how far from the hole's edge, in pixels, the filling must stand a close look; beyond,
    it is coarse. With too little known around it, the hole is filled smoothly.
    """
    if not hole.any():
        return image.copy()
    levels = _levels(image, hole)
    depth *= levels[0].size[0] / image.shape[1]
    last = len(levels) - 1
    rough = _diffuse(inner(levels[last].pixels), inner(levels[last].known).astype(np.float32))
    field: Index | None = None
    for number in range(last, -1, -1):
        level, whole = levels[number], number >= _COARSE_FROM or number == last
        level.put(rough)
        if level.sources.size >= _MIN_SOURCES:
            start = None if field is None else level.refined(field, levels[number + 1])
            reach = np.inf if whole else depth / 2**number + HALF
            field = level.solve(reach, start, _ROUNDS[min(number, len(_ROUNDS) - 1)])
        else:
            field = None
        if whole:
            rough = inner(level.pixels)
    return _at_full_size(image, hole, rough, levels[0], field)


def _levels(image: Image, hole: Mask) -> list[Holed]:
    """The picture from its working size down, each half as large as the one before."""
    height, width = hole.shape
    reduction = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * reduction)), max(1, round(height * reduction))
    mask = np.where(hole, np.uint8(0), np.uint8(255))
    masked = cast(Image, cv2.bitwise_and(image, image, mask=mask))
    known: Pixels = _shrunk(mask, size) / 255
    pixels: Pixels = _shrunk(masked, size) / np.maximum(known, 1e-6)[..., None]
    pixels = _with_roughness(pixels, known)
    levels = [Holed(pixels, known > 0.999)]
    while min(size) >= 2 * _COARSEST_SIDE:
        size = (size[0] + 1) // 2, (size[1] + 1) // 2
        pixels = _shrunk(pixels * known[..., None], size)
        known = _shrunk(known, size)
        pixels /= np.maximum(known, 1e-6)[..., None]
        levels.append(Holed(pixels, known > 0.999))
    return levels


def _with_roughness(pixels: Pixels, known: Pixels) -> Pixels:
    """Colours and, as a fourth channel, how rough the picture is there: without it, smooth
    patches would win everywhere (Newson et al. 2014)."""
    gray = cv2.transform(pixels, np.full((1, 3), 1 / 3))
    whole = cv2.erode((known > 0.999).astype(np.float32), np.ones((3, 3), np.uint8))
    across, down = (cv2.Sobel(gray, -1, *axis, scale=0.25) for axis in ((1, 0), (0, 1)))
    slope = (np.abs(across) + np.abs(down)) * whole
    span = _ROUGHNESS_SPAN, _ROUGHNESS_SPAN
    rough = cv2.blur(slope, span) / (cv2.blur(whole, span) + 1e-6)
    return np.dstack([pixels, rough]).astype(np.float32)


def _diffuse(pixels: Pixels, known: Pixels) -> Pixels:
    """Known pixels as they are, the others from ever coarser means. pixels: (h, w, 4)."""
    height, width = known.shape
    if max(height, width) == 1:
        return pixels
    size = (width + 1) // 2, (height + 1) // 2
    weight = _shrunk(known, size)
    mean = _shrunk(pixels * known[..., None], size) / np.maximum(weight, 1e-6)[..., None]
    wider = _diffuse(mean, (weight > 0).astype(np.float32))
    upper = cv2.resize(wider, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None] > 0, pixels, upper.reshape(height, width, 4))


def _shrunk(data: Image | Mask | Pixels, size: tuple[int, int]) -> Pixels:
    small = cv2.resize(data, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small.reshape(size[1], size[0], *data.shape[2:])


def _at_full_size(
    image: Image, hole: Mask, rough: Pixels, level: Holed, field: Index | None
) -> Image:
    """The picture's own pixels from where the finest level says, adjusted to meet the rim; where
    it says nothing, the rough picture."""
    size = image.shape[1], image.shape[0]
    inside = np.where(hole, np.uint8(255), np.uint8(0))
    smooth = np.clip(np.rint(rough[..., :3]), 0, 255).astype(np.uint8)
    result = image.copy()
    cv2.copyTo(cv2.resize(smooth, size, interpolation=cv2.INTER_CUBIC), inside, result)
    if field is None:
        return result
    placed = inner((field >= 0).astype(np.uint8).reshape(level.known.shape))
    pixels = np.flatnonzero(cv2.resize(placed, size, interpolation=cv2.INTER_NEAREST) & inside)
    shade = cv2.resize(inner(level.mismatch(field)), size, interpolation=cv2.INTER_LINEAR)
    copied = _copied(image, pixels, level, field) + shade.reshape(-1, 3).take(pixels, axis=0)
    result.reshape(-1, 3)[pixels] = np.clip(np.rint(copied), 0, 255)
    return result


def _copied(image: Image, pixels: Index, level: Holed, field: Index) -> Pixels:
    """For each of the flat ``pixels`` of the picture the colour found for it, (n, 3): copied by
    the four places of the field around it, which mostly agree."""
    size = image.shape[1], image.shape[0]
    offset = _offsets(level, field, size)
    row, down = _nodes(size[1], level.size[1])
    column, across = _nodes(size[0], level.size[0])
    y, x = np.divmod(pixels, size[0])
    first, down, across = row[y] * level.columns + column[x], down[y], across[x]
    total = np.zeros((pixels.size, 3), np.float32)
    weights = np.full((pixels.size, 1), 1e-6, np.float32)
    for node, share in (
        (first, (1 - down) * (1 - across)),
        (first + 1, (1 - down) * across),
        (first + level.columns, down * (1 - across)),
        (first + level.columns + 1, down * across),
    ):
        weight = np.where(field.take(node) >= 0, share, 0)[:, None]
        there = pixels + offset.take(node)
        total += image.reshape(-1, 3).take(there, axis=0, mode="clip") * weight
        weights += weight
    return total / weights


def _offsets(level: Holed, field: Index, size: tuple[int, int]) -> Index:
    """How much further on, in flat numbers, what is copied lies in a picture of ``size``."""
    here = np.arange(field.size)
    there = np.where(field < 0, here, field)
    down = (there // level.columns - here // level.columns) * (size[1] / level.size[1])
    across = (there % level.columns - here % level.columns) * (size[0] / level.size[0])
    return cast(Index, (np.rint(down) * size[0] + np.rint(across)).astype(np.intp))


def _nodes(length: int, small: int) -> tuple[Index, Pixels]:
    """For each pixel along a picture's side: the pixel of the padded small picture before it,
    and how far it is on the way to the next."""
    place = (np.arange(length) + 0.5) * (small / length) - 0.5 + HALF
    before = np.floor(place).astype(np.intp)
    return before, (place - before).astype(np.float32)
