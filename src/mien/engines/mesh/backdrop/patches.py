"""Patches of a picture with a hole: finds for those over the hole similar ones that are known.

Patches are compared by their low frequencies, a few numbers each, so that small pictures can
compare all with all.
"""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]
Index = NDArray[np.intp]
"""Pixels numbered row by row through a padded picture. A *field* holds for each pixel the
number of the pixel it comes from, -1 where there is none."""

HALF = 3
_SIDE = 2 * HALF + 1
_EXHAUSTIVE = 5_000_000
"""With at most so many pairs of patches all are compared with all."""
_NEARNESS = 60.0
"""What a patch from as far away as the picture is long costs, as a sum over the patch of grey
levels: among equals, the nearest."""
_ROUGHNESS = 4.0
"""Weight of roughness against colour."""
_COHERENCE, _TOLERANCE = 1.2, _SIDE**2 * 2.0**2
"""Pieces that hang together are taken before single better ones: by this factor and this sum of
squared differences."""
_TRUST_DECAY = 0.7
"""Weight of a vote, for each pixel that its patch lies deeper in the hole."""
_SHADE_DECAY = 0.92
"""How the correction of colour at the rim of the hole fades, for each pixel inwards."""
_OPPONENT = [np.array([row]) for row in ((0.577,) * 3, (0.707, 0, -0.707), (0.408, -0.816, 0.408))]
_COSINES = [
    np.cos(np.pi * (np.arange(_SIDE) + 0.5) * k / _SIDE) * np.sqrt((2 if k else 1) / _SIDE)
    for k in range(4)
]
_LIGHT = [(u, v) for u in range(4) for v in range(4 - u)]
_COLOUR = [(0, 0), (1, 0), (0, 1)]
_FEATURES = [(0, u, v) for u, v in _LIGHT] + [(k, u, v) for k in (1, 2) for u, v in _COLOUR]
"""Channel, horizontal and vertical frequency."""
_AROUND = [(y, x) for y in range(-HALF, HALF + 1) for x in range(-HALF, HALF + 1)]
_STEPS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]


class Holed:
    """A picture with a hole, mirrored outwards by ``HALF`` pixels so that each pixel is the
    centre of a whole patch.

    size: width and height without the mirrored border. pixels: (rows, columns, 4): colour and
    roughness, what is in the hole changes. known: (rows, columns), 0/1. depth: (rows, columns),
    distance from what is known. sources: centres of patches that are wholly known.
    """

    def __init__(self, pixels: Pixels, known: NDArray[np.bool_]) -> None:
        self.size = known.shape[1], known.shape[0]
        self.pixels: Pixels = _padded(pixels)
        self.known: NDArray[np.uint8] = _padded(known.astype(np.uint8))
        self.columns = self.known.shape[1]
        usable = cv2.erode(self.known, np.ones((_SIDE, _SIDE), np.uint8))
        usable[: 2 * HALF] = usable[-2 * HALF :] = 0
        usable[:, : 2 * HALF] = usable[:, -2 * HALF :] = 0
        self.sources: Index = np.flatnonzero(usable)
        self.depth = cast(Pixels, cv2.distanceTransform(1 - self.known, cv2.DIST_L2, 3))
        self._nearest_source = self._nearest(cast(NDArray[np.uint8], usable))

    def _nearest(self, usable: NDArray[np.uint8]) -> Index:
        """For each pixel the source next to it."""
        if not self.sources.size:
            return np.zeros(usable.size, np.intp)
        _, label = cv2.distanceTransformWithLabels(
            1 - usable, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        numbers = np.zeros(label.max() + 1, np.intp)
        numbers[label[usable > 0]] = self.sources
        return cast(Index, numbers[label].ravel())

    def put(self, rough: Pixels) -> None:
        """Put a picture of any size in the hole."""
        guess = _padded(cv2.resize(rough, self.size, interpolation=cv2.INTER_LINEAR))
        self.pixels = np.where(self.known[..., None] > 0, self.pixels, guess)

    def solve(self, reach: float, start: Index | None, rounds: int) -> Index:
        """Fill the hole to a depth of ``reach``; the field. start: a field to begin with."""
        inside = np.zeros(self.known.shape, bool)
        inner(inside)[:] = True
        inside &= self.depth <= reach
        hole = np.flatnonzero((self.known == 0) & inside)
        rim = cv2.dilate(1 - self.known, np.ones((_SIDE, _SIDE), np.uint8)) > 0
        targets = np.flatnonzero(rim & inside)
        field = np.full(self.known.size, -1, np.intp)
        field[targets] = (self._nearest_source if start is None else start)[targets]
        if start is not None:
            self._vote(hole, field)
        for _ in range(rounds):
            self._search(targets, field)
            self._vote(hole, field)
        return field

    def refined(self, field: Index, coarse: Holed) -> Index:
        """The field of a picture of half the size, as one of this picture."""
        rows = self.known.shape[0]
        y, x = np.divmod(np.arange(self.known.size), self.columns)
        v, u = (y - HALF) // 2 + HALF, (x - HALF) // 2 + HALF
        here = np.clip(v * coarse.columns + u, 0, field.size - 1)
        b, a = np.divmod(np.where(field[here] < 0, here, field[here]), coarse.columns)
        y, x = np.clip(y + 2 * (b - v), 0, rows - 1), np.clip(x + 2 * (a - u), 0, self.columns - 1)
        return cast(Index, self._nearest_source[y * self.columns + x])

    def _search(self, targets: Index, field: Index) -> None:
        """Find better places for the targets, in place."""
        features = self._features()
        wanted = features.take(targets, axis=0)

        def cost(place: Index) -> Pixels:
            difference = features.take(place, axis=0)
            difference -= wanted
            return cast(Pixels, np.einsum("nk,nk->n", difference, difference))

        if targets.size * self.sources.size <= _EXHAUSTIVE:
            known = features.take(self.sources, axis=0)
            score = wanted @ known.T - 0.5 * np.einsum("nk,nk->n", known, known)
            field[targets] = self.sources[score.argmax(axis=1)]
        steps = [dy * self.columns + dx for dy, dx in _STEPS]
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

    def _vote(self, hole: Index, field: Index) -> None:
        """Give each pixel of the hole the mean of what the patches over it say."""
        colours = self.pixels.reshape(-1, 4)
        trust = np.where(field < 0, 0, _TRUST_DECAY ** self.depth.ravel()).astype(np.float32)
        total = np.zeros((hole.size, 4), np.float32)
        weights = np.full((hole.size, 1), 1e-9, np.float32)
        for dy, dx in _AROUND:
            step = dy * self.columns + dx
            patch = hole + step
            weight = trust.take(patch)[:, None]
            total += colours.take(field.take(patch) - step, axis=0, mode="clip") * weight
            weights += weight
        colours[hole] = total / weights

    def _features(self) -> Pixels:
        """What patches are compared by: (pixels, features)."""
        colours = np.ascontiguousarray(self.pixels[..., :3])
        planes = [cv2.transform(colours, row) for row in _OPPONENT]
        features = [
            cv2.sepFilter2D(plane, -1, _COSINES[u], _COSINES[v], borderType=cv2.BORDER_REFLECT)
            for plane, u, v in ((planes[k], u, v) for k, u, v in _FEATURES)
        ]
        features.append(_SIDE * _ROUGHNESS * self.pixels[..., 3])
        y, x = np.mgrid[: self.known.shape[0], : self.columns].astype(np.float32)
        distance = np.float32(_NEARNESS / max(self.known.shape))
        stacked = np.stack([*features, x * distance, y * distance], axis=-1)
        return cast(Pixels, stacked.reshape(self.known.size, -1))

    def mismatch(self, field: Index) -> Pixels:
        """What to add to copied colours, (rows, columns, 3): measured just outside the hole,
        where what was to be copied is known, and fading inwards."""
        colours = self.pixels[..., :3].reshape(-1, 3)
        rim = np.flatnonzero((field >= 0) & (self.known.ravel() > 0))
        data = np.zeros((field.size, 4), np.float32)
        data[rim, :3] = colours[rim] - colours[field[rim]]
        data[rim, 3] = 1
        data = data.reshape(*self.known.shape, 4)
        total = np.zeros_like(data)
        for reach, share in ((2, 1.0), (5, 0.1), (12, 0.01)):
            span = 2 * reach + 1, 2 * reach + 1
            total += np.float32(share) * cv2.blur(cv2.blur(data, span), span)
        fade = np.float32(_SHADE_DECAY) ** self.depth
        return cast(Pixels, total[..., :3] / (total[..., 3:] + 1e-6) * fade[..., None])


def inner(data: NDArray[Any]) -> NDArray[Any]:
    """A padded picture without its mirrored border."""
    return data[HALF:-HALF, HALF:-HALF]


def _padded(data: Any) -> NDArray[Any]:
    padded = cv2.copyMakeBorder(data, HALF, HALF, HALF, HALF, cv2.BORDER_REFLECT)
    return cast(NDArray[Any], padded)
