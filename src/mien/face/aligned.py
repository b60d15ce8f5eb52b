"""Crops that other programs start from: a face set upright, a head with its shoulders.

Each is a transform (2, 3) from picture pixels to the pixels of a square crop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.face.crop import face_height
from mien.landmarks import (
    FACE_OVAL,
    INNER_LIPS,
    LEFT_BROW,
    LEFT_EYE,
    NUM_SKIN,
    OUTER_LIPS,
    RIGHT_BROW,
    RIGHT_EYE,
)
from mien.types import Floats

Transform = NDArray[np.float64]

FACE_SCALE = 2.3
"""Side of an aligned crop, in extents of the face from brow to chin: LivePortrait's."""
BODY_SCALE, _LEAST_BODY_SCALE = 3.4, 2.6
"""Side of an upper body in heights of the face from the top of the forehead, and down to which
it shrinks where the picture holds no more."""
_FACE_SHIFT = -0.125
"""By that share of its side an aligned crop lies higher than the face: LivePortrait's."""
_TEMPLES = FACE_OVAL.index(356), FACE_OVAL.index(127)
_OUTLINE = (
    *FACE_OVAL[_TEMPLES[0] : _TEMPLES[1] + 1],
    *RIGHT_BROW,
    *LEFT_BROW,
    *RIGHT_EYE,
    *LEFT_EYE,
    *OUTER_LIPS,
    *INNER_LIPS,
)
"""Points that reach as far as LivePortrait's 106 and 203 do: to the brows, not up the forehead."""
_ABOVE, _LEAST_ABOVE = 1.28, 1.12
"""Face heights from the top of an upper body to the middle of the face: hair and some air. Where
the picture ends there may be less, or more by _LOWER."""
_LOWER = 0.1
"""Sides."""
_LOWEST = 0.5
"""The middle of the face never lies below the middle of the upper body."""


def align_face(landmarks: Floats, size: int, *, scale: float = FACE_SCALE) -> Transform:
    """The aligned crop of a face: upright, ``scale`` times as large, as LivePortrait cuts it.

    landmarks: (478, 2 or 3) picture pixels. size: side of the crop in pixels.
    """
    points = np.asarray(landmarks, np.float64)[:, :2]
    eyes = [points[[ring[i] for i in (0, 4, 8, 12)]].mean(0) for ring in (LEFT_EYE, RIGHT_EYE)]
    mouth = points[[OUTER_LIPS[0], OUTER_LIPS[10]]].mean(0)
    outline = points[list(_OUTLINE)]
    return align(outline, (eyes[0] + eyes[1]) / 2, mouth, size=size, scale=scale)


def align(
    outline: Floats, eyes: Floats, mouth: Floats, *, size: int, scale: float = FACE_SCALE
) -> Transform:
    """The square around ``outline`` (n, 2) whose sides stand along the line from the middle of
    the eyes (2,) to that of the mouth (2,).

    LivePortrait's `parse_rect_from_landmark` and `_estimate_similar_transform_from_pts` (Guo et
    al. 2024); its crops are centred on ``size / 2``, not half a pixel before.
    """
    down = mouth - eyes
    length = float(np.hypot(*down))
    down = down / length if length > 1e-3 else np.array([0.0, 1.0])
    axes = np.array([[down[1], -down[0]], down])
    middle = outline.mean(0)
    along = (outline - middle) @ axes.T
    low, high = along.min(0), along.max(0)
    side = float((high - low).max()) * scale
    centre = middle + ((low + high) / 2 + (0.0, _FACE_SHIFT * side)) @ axes
    turn = axes * (size / max(side, 1e-6))
    return np.column_stack([turn, size / 2 - turn @ centre])


def frame_upper_body(
    landmarks: Floats, picture_size: tuple[int, int], size: int, *, scale: float | None = None
) -> Transform:
    """Head and shoulders: an upright square ``scale`` times as high as the face, which lies in
    the middle from left to right and above the middle; a little higher or lower where the
    picture (width, height) ends, so that less is missing. Without ``scale`` it is 3.4, down to
    2.6 where the picture holds no more.

    landmarks: (478, 2 or 3) picture pixels. size: side of the crop in pixels.
    """
    points = landmarks[:NUM_SKIN, :2]
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2 + 0.5
    height = max(1.0, face_height(landmarks))
    if scale is None:
        largest = _largest_side(float(x), float(y), height, picture_size)
        side = float(np.clip(largest, _LEAST_BODY_SCALE * height, BODY_SCALE * height))
    else:
        side = scale * height
    share = _least_missing(float(y), side, height, picture_size[1])
    zoom = size / side
    left, top = x - side / 2, y - share * side
    shift = [(0.5 - left) * zoom - 0.5, (0.5 - top) * zoom - 0.5]
    return np.array([[zoom, 0.0, shift[0]], [0.0, zoom, shift[1]]])


def corners(transform: Transform, size: int) -> Floats:
    """(4, 2) picture pixels of the crop's corners, clockwise from its top left one; they may
    lie outside the picture."""
    ends = np.array([[0, 0], [size, 0], [size, size], [0, size]]) - 0.5
    inverse: NDArray[np.floating[Any]] = np.linalg.inv(transform[:, :2])
    return np.asarray((ends - transform[:, 2]) @ inverse.T)


def _largest_side(x: float, y: float, face: float, picture_size: tuple[int, int]) -> float:
    """Of a square that the picture holds, with the middle of a face of that height at (x, y)."""
    width, height = picture_size
    below = (height - y + _ABOVE * face) / (1 - _LOWER)
    return min(2 * x, 2 * (width - x), below, float(height))


def _least_missing(y: float, side: float, face: float, height: int) -> float:
    """Where the middle of the face lies, from the top, as a share of the side: as usual, or where
    more of the picture shows."""
    usual, lowest = min(_ABOVE * face / side, _LOWEST), min(_LEAST_ABOVE * face / side, _LOWEST)
    ends_with_picture, begins_with_picture = (y + side - height) / side, y / side
    if begins_with_picture < ends_with_picture:  # the picture is lower than the crop
        wanted = (begins_with_picture + ends_with_picture) / 2
    else:
        wanted = float(np.clip(usual, ends_with_picture, begins_with_picture))
    return float(np.clip(wanted, lowest, min(usual + _LOWER, _LOWEST)))
