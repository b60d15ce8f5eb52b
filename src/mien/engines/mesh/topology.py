"""The mesh that is warped: face landmarks, rings around the head, the border of the crop.

Vertices are numbered: 0-477 landmarks, then ``NUM_RINGS`` rings of 36 (one vertex for each
landmark of the face oval), then the border of the crop. Pure index data.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.landmarks import (
    FACE_OVAL,
    LEFT_EYE,
    LEFT_LID_PAIRS,
    LIP_PAIRS,
    NUM_LANDMARKS,
    RIGHT_EYE,
    RIGHT_LID_PAIRS,
)
from mien.motion.face_template import FACE_TEMPLATE

Triangles = NDArray[np.intp]
Vertices = NDArray[np.intp]
Points = NDArray[np.floating[Any]]

OVAL = np.array(FACE_OVAL)
NUM_RINGS = 3
RING_SIZE = len(FACE_OVAL)
BORDER_START = NUM_LANDMARKS + NUM_RINGS * RING_SIZE
BORDER_PER_SIDE = 9
NUM_BORDER = 4 * (BORDER_PER_SIDE - 1)
NUM_VERTICES = BORDER_START + NUM_BORDER


def _lens(first: int, pairs: tuple[tuple[int, int], ...], last: int) -> list[tuple[int, int, int]]:
    """Triangles of a lens-shaped opening between two corners and (upper, lower) pairs."""
    triangles = [(first, *pairs[0])]
    for (upper, lower), (next_upper, next_lower) in pairwise(pairs):
        triangles += [(upper, next_upper, lower), (lower, next_upper, next_lower)]
    return [*triangles, (pairs[-1][0], last, pairs[-1][1])]


def _band(inner: NDArray[np.intp], outer: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Triangles between two closed loops of equal length."""
    triangles = []
    for i in range(len(inner)):
        j = (i + 1) % len(inner)
        triangles += [(inner[i], inner[j], outer[i]), (outer[i], inner[j], outer[j])]
    return triangles


def ring(index: int) -> NDArray[np.intp]:
    """Vertices of ring ``index`` (0 is next to the face), in the order of the face oval."""
    return NUM_LANDMARKS + index * RING_SIZE + np.arange(RING_SIZE)


SKIN: Triangles = FACE_TEMPLATE.triangles
OPENINGS: Triangles = np.array(
    _lens(RIGHT_EYE[0], RIGHT_LID_PAIRS, RIGHT_EYE[8])
    + _lens(LEFT_EYE[0], LEFT_LID_PAIRS, LEFT_EYE[8])
    + _lens(78, LIP_PAIRS, 308)
)
RING_BANDS: tuple[Triangles, ...] = tuple(
    np.array(_band(OVAL if k == 0 else ring(k - 1), ring(k))) for k in range(NUM_RINGS)
)
"""Between the face and its first ring, the first and the second, and so on."""


def border_loop(size: tuple[int, int]) -> NDArray[np.float64]:
    """The border vertices (NUM_BORDER, 2) of a picture of (width, height), clockwise."""
    step = np.arange(BORDER_PER_SIDE - 1) / (BORDER_PER_SIDE - 1)
    zero, one = np.zeros_like(step), np.ones_like(step)
    sides = [(step, zero), (one, step), (1 - step, one), (zero, 1 - step)]
    unit = np.concatenate([np.stack(side, 1) for side in sides])
    scaled: NDArray[np.float64] = unit * (np.array(size) - 1)
    return scaled


def border_triangles(last_ring: NDArray[np.floating], border: NDArray[np.floating]) -> Triangles:
    """Triangles between the outermost ring and the border, both closed loops seen from a
    common centre in order of rising angle.

    last_ring: (36, 2), border: (NUM_BORDER, 2), pixels.
    """
    centre = last_ring.mean(axis=0)
    ring_ids, border_ids = ring(NUM_RINGS - 1), BORDER_START + np.arange(len(border))

    def by_angle(points: NDArray[np.floating], ids: Vertices) -> tuple[Points, Vertices]:
        angle = np.arctan2(*(points - centre).T[::-1])
        order = np.argsort(angle)
        return angle[order], ids[order]

    (a_angle, a), (b_angle, b) = by_angle(last_ring, ring_ids), by_angle(border, border_ids)
    a_angle, b_angle = (np.r_[x, x[:1] + 2 * np.pi] for x in (a_angle, b_angle))
    i = j = 0
    triangles = []
    while i < len(a) or j < len(b):
        here = (a[i % len(a)], b[j % len(b)])
        if j == len(b) or (i < len(a) and a_angle[i + 1] <= b_angle[j + 1]):
            i += 1
            triangles.append((*here, a[i % len(a)]))
        else:
            j += 1
            triangles.append((*here, b[j % len(b)]))
    return np.array(triangles)
