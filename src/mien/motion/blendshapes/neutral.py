"""A face without its own expression."""

from __future__ import annotations

import numpy as np

from mien.motion.blendshapes.basis import IS_MOUTH, SKIN_BASIS, mouth_scale
from mien.motion.blendshapes.lips import close_lips, lip_gap, part_lips
from mien.motion.blendshapes.own_expression import best_explanation
from mien.motion.fields import smoothstep
from mien.types import Floats

_SHUT, _PARTED = 0.045, 0.085
"""Head units between the lips: up to the first they are as people's lips are at rest, from the
second on they are parted, though nothing else in the face may move."""


def neutralise(head_landmarks: Floats) -> tuple[Floats, Floats]:
    """The face (478, 3) without the expression it wears, and that expression's weights (52,).

    Eyes stay as they are: how open they are and where they look belongs to the person.
    """
    weights, certainty = best_explanation(head_landmarks)
    own = weights * certainty
    neutral = np.asarray(head_landmarks - np.tensordot(own, SKIN_BASIS, 1), np.float32)
    # the opening that the shapes could not explain goes too
    closing = max(certainty, float(smoothstep(lip_gap(neutral), _SHUT, _PARTED)))
    if closing > 0.0:
        close_lips(neutral, closing)
        part_lips(neutral)
    own = own / np.where(IS_MOUTH, mouth_scale(neutral), 1.0)
    return neutral, np.clip(own, 0.0, 1.0).astype(np.float32)
