"""A face without its own expression."""

from __future__ import annotations

import numpy as np

from mien.motion.basis import IS_MOUTH, SKIN_BASIS, mouth_scale
from mien.motion.expression import fit_expression
from mien.types import Floats


def neutralise(head_landmarks: Floats) -> tuple[Floats, Floats]:
    """The face (478, 3) with its own expression taken away, and that expression's weights (52,).

    Eyes stay as they are: how open they are and where they look belongs to the person.
    """
    own = fit_expression(head_landmarks)
    scaled = own * np.where(IS_MOUTH, mouth_scale(head_landmarks), 1.0)
    moved = np.tensordot(scaled, SKIN_BASIS, 1)
    return np.asarray(head_landmarks - moved, np.float32), own
