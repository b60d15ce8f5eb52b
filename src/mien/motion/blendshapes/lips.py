"""Lips that meet without passing each other."""

from __future__ import annotations

import numpy as np

from mien.motion.fields import LIP_RINGS, smoothstep
from mien.types import Floats

_UPPER = np.array([ring[1:10] for ring in LIP_RINGS])
_LOWER = np.array([ring[:10:-1] for ring in LIP_RINGS])
"""(4 rings from skin to opening, 9 pairs from the person's right to left)."""
_FOLLOWS = np.array([0.55, 0.7, 0.85, 1.0])[:, None]
"""How far each ring of a lip follows its edge when lips press on each other."""
_UPPER_SHARE = 0.35
"""The part of closing lips that the upper one does."""
_TOWARDS_CORNERS = smoothstep(np.abs(np.arange(-4, 5)) / 4.0, 0.1, 1.0)
"""(9,) along a lip: 0 in its middle."""


def round_lips(face: Floats, rounding: float) -> None:
    """Bring the lips of a face (478, 3) together towards the corners of the mouth, in place: a
    mouth that is open is round in the middle then, where narrowing alone would leave a slit.
    rounding: 0..1."""
    if rounding > 0.0:
        gap = np.maximum(face[_LOWER[-1], 1] - face[_UPPER[-1], 1], 0.0)
        gap *= _TOWARDS_CORNERS * rounding
        face[_UPPER, 1] += _FOLLOWS * gap / 2
        face[_LOWER, 1] -= _FOLLOWS * gap / 2


def close_lips(face: Floats, closure: float) -> None:
    """Bring the lips of a face (478, 3) together, in place: 0 leaves them, 1 lets them touch."""
    if closure > 0.0:
        gap = np.maximum(face[_LOWER[-1], 1] - face[_UPPER[-1], 1], 0.0) * closure
        face[_UPPER, 1] += _FOLLOWS * _UPPER_SHARE * gap
        face[_LOWER, 1] -= _FOLLOWS * (1.0 - _UPPER_SHARE) * gap


def part_lips(face: Floats, resting: Floats | None = None) -> None:
    """Where the edges of the lips have passed each other let them meet half way, in place.

    resting: the same face at rest; as far as its lips overlap already (landmarks are not exact)
    they may."""
    overlap = np.maximum(_overlap(face), 0.0)
    if resting is not None:
        overlap = np.maximum(overlap - np.maximum(_overlap(resting), 0.0), 0.0)
    face[_UPPER, 1] -= _FOLLOWS * overlap / 2
    face[_LOWER, 1] += _FOLLOWS * overlap / 2


def lip_gap(face: Floats) -> float:
    """How far the middle of the lips of a face (478, 3) is apart, in its unit; below 0 where
    their edges have passed each other."""
    return -float(_overlap(face)[2:-2].mean())


def _overlap(face: Floats) -> Floats:
    """(9,) how far the edge of the upper lip lies below that of the lower one."""
    return np.asarray(face[_UPPER[-1], 1] - face[_LOWER[-1], 1])
