"""Which of the 63 numbers of an expression belong to what: LivePortrait's sets of keypoints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.types import Region

Mask = NDArray[np.bool_]
"""(21, 3)"""

LIPS = (6, 12, 14, 17, 19, 20)
EYES = (11, 13, 15, 16, 18)
BROWS = (1, 2)


def keypoints_mask(keypoints: tuple[int, ...]) -> Mask:
    """All axes of these keypoints."""
    mask = np.zeros((21, 3), np.bool_)
    mask[list(keypoints)] = True
    return mask


def _expression() -> Mask:
    mask = keypoints_mask(LIPS + EYES + BROWS)
    mask[[3, 4], 1] = True
    mask[[5, 8], 2] = True
    mask[9, 1:] = True
    return mask


EVERYTHING = np.ones((21, 3), np.bool_)
EXPRESSION = _expression()
"""What is expression rather than the shape of the head: taken from the driver as it is."""
OWN_EXPRESSION = EXPRESSION & ~keypoints_mask(EYES + BROWS)
"""What an emotion replaces of the portrait's own expression. How eyes and brows are at rest
belongs to the person, as in :mod:`mien.motion.blendshapes.own_expression`."""

_PARTS: dict[Region, Mask] = {
    "pose": np.zeros((21, 3), np.bool_),
    "lip": keypoints_mask(LIPS),
    "eyes": keypoints_mask(EYES),
}


def region_mask(region: Region, *, whole: bool) -> Mask:
    """What of the expression moves. whole: a change that is added moves every number; an
    expression that replaces the source's, or smoothed over a film, only :data:`EXPRESSION`."""
    return _PARTS.get(region, EVERYTHING if whole else EXPRESSION)


def moves_lips(region: Region) -> bool:
    """Whether the driver moves the lips."""
    return region in ("all", "exp", "lip")


def moves_eyes(region: Region) -> bool:
    """Whether the driver moves the eyes."""
    return region in ("all", "exp", "eyes")


def moves_head(region: Region) -> bool:
    """Whether the driver turns the head."""
    return region in ("all", "pose")
