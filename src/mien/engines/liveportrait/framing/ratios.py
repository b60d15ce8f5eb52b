"""How far eyes and lips are open, as LivePortrait's retargeting networks were taught it."""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.engines.liveportrait.framing.layouts import middles
from mien.landmarks import LEFT_EYE, NUM_LANDMARKS, OUTER_LIPS, RIGHT_EYE
from mien.types import Floats

_LEAST_WIDTH = 1e-6
_GAUGES = {
    203: np.array([[6, 18, 0, 12], [30, 42, 24, 36], [90, 102, 48, 66]]),
    NUM_LANDMARKS: np.array(
        [
            [RIGHT_EYE[4], RIGHT_EYE[12], RIGHT_EYE[0], RIGHT_EYE[8]],
            [LEFT_EYE[4], LEFT_EYE[12], LEFT_EYE[0], LEFT_EYE[8]],
            [13, 14, OUTER_LIPS[0], OUTER_LIPS[10]],
        ]
    ),
}
"""Middle of the upper and the lower edge, and both corners, of the eye on the picture's left, the
one on its right, and the lips: the inner ones, over the width of the outer ones."""


def ratios_of(landmarks: Floats) -> Floats:
    """(3,) float32 opening over width of the eye on the picture's left (the person's right), the
    eye on its right, and the lips; open eyes have .25 to .45, lips 0 to .8.

    landmarks: (478 or 203, 2 or 3) in any unit, seen in the picture's plane. Where landmarks of
    the 478 have an upper edge below the lower one, eyes or lips are shut: 0.
    """
    points = np.asarray(landmarks, np.float32)[:, :2]
    if len(points) not in _GAUGES:
        raise ValueError(f"{len(points)} landmarks: openings are read off 478 or 203")
    upper, lower, first, last = (points[column] for column in _GAUGES[len(points)].T)
    apart, wide = lower - upper, last - first
    ratios = np.hypot(*apart.T) / (np.hypot(*wide.T) + np.float32(_LEAST_WIDTH))
    if len(points) == NUM_LANDMARKS:
        eyes, mouth = middles(points)
        ratios = np.where(apart @ (mouth - eyes) < 0, 0, ratios)
    return cast(Floats, ratios.astype(np.float32))
