"""How a portrait's own expression gives way to one that is put on it."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import SHAPE_INDEX
from mien.types import Floats

_FULL_ACTIVITY = 0.4
"""Sum of expression weights at which the portrait's own expression has given way."""
_EYES = np.array([name.startswith("eye") for name in SHAPE_INDEX])


def share_left_to_own(weights: Floats) -> float:
    """0..1, ``own_expression`` for blendshapes (52,) that grow out of the portrait's own
    expression and replace it: 1 for none, 0 for a clear expression. Lids and gaze go with any."""
    activity = float(np.abs(weights[~_EYES]).sum())
    return max(0.0, 1.0 - activity / _FULL_ACTIVITY)
