"""Fills a hole in a picture with pieces of what lies around it.

Exemplar-based, from coarse to fine (Wexler, Shechtman, Irani 2007): every small patch that
overlaps the hole looks for the most similar known patch, preferably near; the patches found
vote for the pixels of the hole; and so on in turn. Patches are compared by their low
frequencies, a few numbers each, so that coarse levels can compare all with all. The finest
level only says where to copy from: the pixels come from the picture at its own resolution.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Image, Mask

_Pixels = NDArray[np.float32]
_Index = NDArray[np.intp]
"""Pixels numbered row by row through a padded level."""

_WORK_SIDE = 256
_COARSEST_SIDE = 20
_HALF = 3
_PATCH = 2 * _HALF + 1
_MIN_SOURCES = 24
_EXHAUSTIVE = 5_000_000
"""Levels with at most so many pairs of patches compare all with all."""
_COARSE_FROM = 2
"""From this level on the whole hole is filled, on finer ones only its rim."""
_NEARNESS = 60.0
"""Cost of a patch from as far away as the picture is long: a difference of so many grey levels
divided by the patch's width in each of its pixels."""
_ROUGHNESS_SPAN = 0.02
_ROUGHNESS = 4.0
"""Weight of roughness against colour."""
_SHADE_DECAY = 0.92
"""How the correction of brightness at the rim of the hole fades, for each pixel inwards."""
_COHERENCE, _TOLERANCE = 1.05, _PATCH**2 * 1.5**2
"""Pieces that hang together are taken before single better ones: by this factor and this sum of
squared differences."""
_TRUST_DECAY = 0.7
"""Weight of a vote, for each pixel that its patch lies deeper in the hole."""
_ROUNDS = (2, 4, 6, 10)
"""Rounds of search and vote on the finest level, the next coarser one and so on."""
_AROUND = [(y, x) for y in range(-_HALF, _HALF + 1) for x in range(-_HALF, _HALF + 1)]
_STEPS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]


def fill(image: Image, hole: Mask, depth: float) -> Image:
    """The RGB picture with the ``hole`` (nonzero pixels) filled; all others are unchanged.

    depth: how far from the hole's edge, in pixels, the filling must stand a close look; beyond,
    it is coarse. With too little known around it, the hole is filled smoothly.
    """
    if not hole.any():
        return image.copy()
    levels = _levels(image, hole)
    reduction = levels[0].size[0] / image.shape[1]
    rough = _diffuse(levels[-1].inner(levels[-1].pixels), levels[-1].inner(levels[-1].known) * 1.0)
    field: _Index | None = None
    for number in reversed(range(len(levels))):
        level = levels[number]
        level.guess(rough)
        whole = number >= _COARSE_FROM or number == len(levels) - 1
        if level.sources.size >= _MIN_SOURCES:
            reach = np.inf if whole else depth * reduction / 2**number + _HALF
            field = level.solve(reach, field, levels[min(number + 1, len(levels) - 1)], _ROUNDS[min(number, 3)])
        if whole:
            rough = level.inner(level.pixels)
    return _at_full_size(image, hole, rough, levels[0], field)


def _with_texture(image: Image, known: _Pixels) -> _Pixels:
    """Colours and, as a fourth channel, how rough the picture is there: without these, smooth
    patches would win everywhere (Newson et al. 2014)."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    valid = cv2.erode(known, np.ones((3, 3), np.uint8))
    span = max(3, round(_ROUGHNESS_SPAN * max(gray.shape)))
    weight = cv2.blur(valid, (span, span)) + 1e-6
    slope = sum(np.abs(cv2.Sobel(gray, cv2.CV_32F, *axis, scale=0.25)) for axis in ((1, 0), (0, 1)))
    rough = cv2.blur(slope * valid, (span, span)) / weight
    return cv2.merge([*cv2.split(image.astype(np.float32)), rough])


def _levels(image: Image, hole: Mask) -> list[_Level]:
    """The picture from its working size down, each half as large as the one before."""
    height, width = hole.shape
    reduction = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * reduction)), max(1, round(height * reduction))
    known = (hole == 0).astype(np.float32)
    pixels = _with_texture(image, known) * known[..., None]
    levels = []
    while True:
        known = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        levels.append(_Level(pixels / np.maximum(known, 1e-6)[..., None], known > 0.999))
        if min(size) < 2 * _COARSEST_SIDE:
            return levels
        size = (size[0] + 1) // 2, (size[1] + 1) // 2


class _Level:
    """The picture at one size, mirrored outwards by ``_HALF`` pixels so that each pixel has a
    whole patch.

    pixels: (rows, columns, 3), filled step by step. known: (rows, columns) bool.
    sources: centres of patches that are wholly known.
    """

    def __init__(self, pixels: _Pixels, known: NDArray[np.bool_]) -> None:
        self.size = known.shape[1], known.shape[0]
        self.pixels = _padded(pixels)
        self.known = _padded(known.astype(np.uint8))
        usable = cv2.erode(self.known, np.ones((_PATCH, _PATCH), np.uint8))
        usable[: 2 * _HALF] = usable[-2 * _HALF :] = 0
        usable[:, : 2 * _HALF] = usable[:, -2 * _HALF :] = 0
        self.sources = np.flatnonzero(usable)
        if self.sources.size:
            _, nearest = cv2.distanceTransformWithLabels(
                1 - usable, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
            )
            numbers = np.zeros(nearest.max() + 1, np.intp)
            numbers[nearest[usable > 0]] = self.sources
            self._nearest_source = numbers[nearest].ravel()
        self._depth = cv2.distanceTransform(1 - self.known, cv2.DIST_L2, 3)

    @staticmethod
    def inner(data: NDArray) -> NDArray:
        """Without the mirrored border."""
        return data[_HALF:-_HALF, _HALF:-_HALF]

    def guess(self, rough: _Pixels) -> None:
        """Put a coarser picture in the hole."""
        guess = _padded(cv2.resize(rough, self.size, interpolation=cv2.INTER_LINEAR))
        self.pixels = np.where(self.known[..., None] > 0, self.pixels, guess)

    def solve(self, reach: float, coarse_field: _Index | None, coarse: _Level, rounds: int) -> _Index:
        """Fill the hole to a depth of ``reach``; the place (flat) each patch comes from, -1 where
        there is none."""
        inside = self._inside()
        hole = np.flatnonzero((self.known == 0) & (self._depth <= reach) & inside)
        rim = cv2.dilate(1 - self.known, np.ones((_PATCH, _PATCH), np.uint8)) > 0
        targets = np.flatnonzero(rim & (self._depth <= reach) & inside)
        field = np.full(self.known.size, -1, np.intp)
        if coarse_field is not None:
            field[targets] = self._refined(targets, coarse_field, coarse)
            self._vote(hole, field)
        for _ in range(rounds):
            self._search(targets, field)
            self._vote(hole, field)
        return field

    def _inside(self) -> NDArray[np.bool_]:
        inside = np.zeros(self.known.shape, bool)
        self.inner(inside)[:] = True
        return inside

    def _refined(self, targets: _Index, field: _Index, coarse: _Level) -> _Index:
        """Where targets come from according to a level of half the size."""
        columns, coarse_columns = self.known.shape[1], coarse.known.shape[1]
        y, x = np.divmod(targets, columns)
        v, u = (y - _HALF) // 2 + _HALF, (x - _HALF) // 2 + _HALF
        start = v * coarse_columns + u
        found = field[start]
        b, a = np.divmod(np.where(found < 0, start, found), coarse_columns)
        return self._snapped(y + 2 * (b - v), x + 2 * (a - u))

    def _snapped(self, y: _Index, x: _Index) -> _Index:
        """The known patches nearest to these places."""
        rows, columns = self.known.shape
        place = np.clip(y, 0, rows - 1) * columns + np.clip(x, 0, columns - 1)
        return self._nearest_source[place]

    def _search(self, targets: _Index, field: _Index) -> None:
        """Find better places for the targets, in place."""
        features = self._features()
        wanted = features.take(targets, axis=0)
        if targets.size * self.sources.size <= _EXHAUSTIVE:
            known = features.take(self.sources, axis=0)
            score = wanted @ known.T
            score -= 0.5 * np.einsum("nk,nk->n", known, known)
            field[targets] = self.sources[score.argmax(axis=1)]
        elif field[targets].min() < 0:
            field[targets] = self._nearest_source[targets]

        def cost(place: _Index) -> _Pixels:
            difference = features.take(place, axis=0)
            difference -= wanted
            return cast(_Pixels, np.einsum("nk,nk->n", difference, difference))

        columns = self.known.shape[1]
        steps = [dy * columns + dx for dy, dx in _STEPS]
        best = field[targets]
        lowest = cost(best)
        for step in steps:  # next to where it comes from now
            place = self._nearest_source.take(best + step, mode="clip")
            now = cost(place)
            best = np.where(now < lowest, place, best)
            lowest = np.minimum(now, lowest)
        field[targets] = best
        for step in steps * 2:  # where a neighbour comes from
            there = field.take(targets + step, mode="clip")
            place = np.where(there < 0, best, there - step)
            place = self._nearest_source.take(place, mode="clip")
            now = cost(place)
            best = np.where(now < _COHERENCE * lowest + _TOLERANCE, place, best)
            lowest = np.minimum(now, lowest)
            field[targets] = best

    def _vote(self, hole: _Index, field: _Index) -> None:
        """Give each pixel of the hole the mean of what the patches over it say."""
        columns = self.known.shape[1]
        colours = self.pixels.reshape(-1, 4)
        weights = np.where(field < 0, 0, _TRUST_DECAY ** self._depth.ravel()).astype(np.float32)
        total = np.zeros((hole.size, 4), np.float32)
        sum_ = np.full((hole.size, 1), 1e-9, np.float32)
        for dy, dx in _AROUND:
            step = dy * columns + dx
            patch = hole + step
            weight = weights.take(patch)[:, None]
            total += colours.take(field.take(patch) - step, axis=0, mode="clip") * weight
            sum_ += weight
        colours[hole] = total / sum_

    def mismatch(self, field: _Index) -> _Pixels:
        """By how much copies are too dark, (rows, columns, 3): measured just outside the hole,
        where what should have been copied is known, and fading towards its middle."""
        colours = self.pixels[..., :3].reshape(-1, 3)
        rim = np.flatnonzero((field >= 0) & (self.known.ravel() > 0))
        data = np.zeros((field.size, 4), np.float32)
        data[rim, :3] = colours[rim] - colours[field[rim]]
        data[rim, 3] = 1
        data = data.reshape(*self.known.shape, 4)
        total = np.zeros_like(data)
        for reach, share in ((2, 1.0), (5, 0.1), (12, 0.01)):
            total += share * cv2.blur(cv2.blur(data, (2 * reach + 1,) * 2), (2 * reach + 1,) * 2)
        fade = np.float32(_SHADE_DECAY) ** self._depth
        return cast(_Pixels, total[..., :3] / (total[..., 3:] + 1e-6) * fade[..., None])

    def _features(self) -> _Pixels:
        """What patches are compared by: (number of pixels, features)."""
        colours = np.ascontiguousarray(self.pixels[..., :3])
        planes = [cv2.transform(colours, row) for row in _OPPONENT]
        rows, columns = self.known.shape
        features = [
            cv2.sepFilter2D(planes[k], cv2.CV_32F, _COSINES[u], _COSINES[v], borderType=cv2.BORDER_REFLECT)
            for k, u, v in _FEATURES
        ]
        features.append(_PATCH * _ROUGHNESS * self.pixels[..., 3])
        scale = _NEARNESS * _PATCH / max(rows, columns) / _PATCH
        y, x = np.mgrid[:rows, :columns].astype(np.float32) * np.float32(scale)
        return np.stack([*features, x, y], axis=-1).reshape(rows * columns, -1)


def _padded(data: NDArray) -> NDArray:
    return cv2.copyMakeBorder(data, *(4 * [_HALF]), cv2.BORDER_REFLECT)


_OPPONENT = [np.array([row]) for row in ((0.577,) * 3, (0.707, 0, -0.707), (0.408, -0.816, 0.408))]
_COSINES = [
    np.cos(np.pi * (np.arange(_PATCH) + 0.5) * k / _PATCH) * np.sqrt((2 if k else 1) / _PATCH)
    for k in range(4)
]
_FEATURES = [(0, u, v) for u in range(4) for v in range(4 - u)] + [
    (k, u, v) for k in (1, 2) for u, v in ((0, 0), (1, 0), (0, 1))
]
"""Channel, horizontal and vertical frequency: all low ones of the light, the lowest of the colour."""


def _diffuse(pixels: _Pixels, known: _Pixels) -> _Pixels:
    """Known pixels as they are, the others from ever coarser means."""
    height, width = known.shape
    if max(height, width) == 1:
        return pixels
    size = (width + 1) // 2, (height + 1) // 2
    weight = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(pixels * known.astype(np.float32)[..., None], size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], 4)
    weight = weight.reshape(size[::-1])
    mean = _diffuse(mean / np.maximum(weight, 1e-6)[..., None], (weight > 0).astype(np.float32))
    upper = cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, 4)
    return np.where(known[..., None] > 0, pixels, upper).astype(np.float32)


def _at_full_size(image: Image, hole: Mask, rough: _Pixels, level: _Level, field: _Index | None) -> Image:
    """Copy the picture's own pixels from where the finest level says, shaded to meet the rim."""
    size = image.shape[1::-1]
    filled = np.clip(np.rint(cv2.resize(rough[..., :3], size, interpolation=cv2.INTER_CUBIC)), 0, 255)
    result = np.where(hole[..., None] > 0, filled, image).astype(np.uint8)
    if field is None or field.size != level.known.size:
        return result
    pixels = np.flatnonzero(hole)
    y, x = np.divmod(pixels, size[0])
    ratio = np.array(size) / level.size
    u, v = (x + 0.5) / ratio[0] - 0.5, (y + 0.5) / ratio[1] - 0.5
    left, top = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
    columns = level.known.shape[1]
    colours = image.reshape(-1, 3)
    total = np.zeros((pixels.size, 3), np.float32)
    sum_ = np.zeros((pixels.size, 1), np.float32)
    shade = cv2.resize(level.inner(level.mismatch(field)), size, interpolation=cv2.INTER_LINEAR)
    for dy in (0, 1):
        for dx in (0, 1):
            a, b = np.clip(left + dx, 0, level.size[0] - 1), np.clip(top + dy, 0, level.size[1] - 1)
            node = (b + _HALF) * columns + a + _HALF
            place = field.take(node)
            weight = (1 - np.abs(u - left - dx)) * (1 - np.abs(v - top - dy)) * (place >= 0)
            t, s = np.divmod(np.where(place < 0, node, place), columns)
            copy_x = np.clip(x + np.rint((s - _HALF - a) * ratio[0]).astype(np.intp), 0, size[0] - 1)
            copy_y = np.clip(y + np.rint((t - _HALF - b) * ratio[1]).astype(np.intp), 0, size[1] - 1)
            weight = weight.astype(np.float32)[:, None]
            total += colours.take(copy_y * size[0] + copy_x, axis=0) * weight
            sum_ += weight
    good = sum_[:, 0] > 0.5
    found = total[good] / sum_[good] + shade.reshape(-1, 3)[pixels[good]]
    result.reshape(-1, 3)[pixels[good]] = np.clip(np.rint(found), 0, 255)
    return cast(Image, result)
