"""Which landmarks say where the eyes, the mouth and the extent of a face are.

LivePortrait (Guo et al. 2024) was made with sets of 203, 106, 101, 68, 5 and, for animals, 9
points, and its crops follow from them. Left and right in this module are those of the picture:
the left eye is the person's right one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.landmarks import LEFT_EYE, NUM_LANDMARKS, NUM_SKIN, OUTER_LIPS, RIGHT_EYE
from mien.types import Floats

_FOREHEAD = frozenset(
    (
        10, 21, 54, 67, 68, 69, 71, 103, 104, 108, 109, 139, 151,
        162, 251, 284, 297, 298, 299, 301, 332, 333, 337, 338, 368, 389,
    )
)  # fmt: skip
"""Of the 478 points those that lie above the brows: the other sets have none there."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Numbers of the points whose means are the left eye, the right eye and the mouth; of those
    whose extent is the face's, None for all of them."""

    left_eye: tuple[int, ...]
    right_eye: tuple[int, ...]
    mouth: tuple[int, ...]
    extent: tuple[int, ...] | None = None


def _quarters(ring: tuple[int, ...]) -> tuple[int, ...]:
    """Outer corner, middle of the upper lid, inner corner, middle of the lower lid."""
    return ring[0], ring[4], ring[8], ring[12]


_OF_101 = Layout((39, 42, 45, 48), (51, 54, 57, 60), (75, 81))
_LAYOUTS = {
    NUM_LANDMARKS: Layout(
        _quarters(RIGHT_EYE),
        _quarters(LEFT_EYE),
        (OUTER_LIPS[0], OUTER_LIPS[10]),
        tuple(index for index in range(NUM_SKIN) if index not in _FOREHEAD),
    ),
    203: Layout((0, 6, 12, 18), (24, 30, 36, 42), (48, 66)),
    106: Layout((33, 35, 40, 39), (87, 89, 94, 93), (52, 61)),
    101: _OF_101,
    68: Layout((36, 39), (42, 45), (48, 54)),
    9: Layout((2, 3), (0, 1), (5, 6)),
    5: Layout((0,), (1,), (3, 4)),
}


def layout_of(num_points: int) -> Layout:
    """How a set of so many points is read. A set unknown to LivePortrait counts as one of 101
    and what follows them, as there; ValueError if it is too small for that."""
    if num_points not in _LAYOUTS and num_points < 101:
        known = ", ".join(str(number) for number in sorted(_LAYOUTS))
        raise ValueError(f"{num_points} landmarks: a face has {known} of them, or more than 101")
    return _LAYOUTS.get(num_points, _OF_101)


def middles(points: Floats) -> tuple[Floats, Floats]:
    """(2,) the middle between the eyes and (2,) that of the mouth, of points (n, 2)."""
    layout = layout_of(len(points))
    left, right, mouth = (
        points[list(part)].mean(axis=0)
        for part in (layout.left_eye, layout.right_eye, layout.mouth)
    )
    return (left + right) / 2, mouth


def outline(points: Floats) -> Floats:
    """(m, 2): the points among (n, 2) whose extent is that of the face, from brows to chin."""
    extent = layout_of(len(points)).extent
    return points if extent is None else points[np.asarray(extent)]
