"""How far a face is from a neutral one that looks straight ahead."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mien.drivers.reading import Reading
from mien.motion.blendshapes.eyes import LOWER_LIDS, UPPER_LIDS, eye_widths
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.pose import angles_from_rotation

CLEARLY_OFF = 0.5
"""Cost from which a face is clearly not neutral: 20 degrees of yaw, a mouth open by a sixth of
the distance between the eyes, half-closed eyes, or a clear smile or frown."""
CLEAR_GAIN = 0.25
"""By how much another face must be more neutral to be preferred."""

_YAW_DEGREES = 40.0
_MOUTH_GAIN = 3.0
_OPEN_EYE, _CLOSED_EYE = 0.17, 0.09
"""Mean opening over width. Open eyes measured .19 to .30 on six clips, blinks .04 to .09."""
_EXPRESSION_GAIN = 0.25
"""Per blendshape the lower face wears: on the same clips nothing at rest, up to 1.7 between words,
4 to 7 for smiles, smirks, pressed lips and vowels."""


def neutrality_cost(reading: Reading) -> float:
    """0 for a neutral, frontal face; each of yaw, open mouth, closed eyes and expression of the
    lower face adds about 1 when it is at its strongest. About 4 ms."""
    yaw = abs(angles_from_rotation(reading.pose.rotation)[0]) / _YAW_DEGREES
    mouth = max(0.0, float(reading.head[14, 1] - reading.head[13, 1]))
    opening = np.linalg.norm(reading.head[LOWER_LIDS] - reading.head[UPPER_LIDS], axis=2)
    openness = float((opening.mean(axis=1) / eye_widths(reading.head)).mean())
    closed = float(np.clip((_OPEN_EYE - openness) / (_OPEN_EYE - _CLOSED_EYE), 0.0, 1.0))
    _, worn = neutralise(reading.head)
    expression = min(1.0, _EXPRESSION_GAIN * float(worn.sum()))
    return yaw + _MOUTH_GAIN * mouth + closed + expression


def most_neutral(first: Reading, others: Iterable[Reading]) -> Reading:
    """``first``, unless it is clearly not neutral and one of the others clearly more so; only
    then are those read."""
    cost = neutrality_cost(first)
    if cost < CLEARLY_OFF:
        return first
    best = min(others, key=neutrality_cost, default=first)
    return best if neutrality_cost(best) < cost - CLEAR_GAIN else first
