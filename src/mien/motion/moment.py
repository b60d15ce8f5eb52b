"""What a face does at one moment without a driver's picture: the form in which emotions, idling,
speech and edits meet, are layered and blended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from mien.motion.arkit import BLENDSHAPES
from mien.motion.pose import rotation_from_angles
from mien.types import Floats

NECK = np.array([0.0, 1.9, 1.0])
"""Where the head turns, in the head frame: what makes the face travel a little as it turns."""


def _no_weights() -> Floats:
    return np.zeros(len(BLENDSHAPES), np.float32)


@dataclass(frozen=True, slots=True)
class Moment:
    """weights: (52,) float32 blendshapes. angles: yaw, pitch, roll of the head in degrees, as in
    :func:`mien.motion.pose.rotation_from_angles`. translation: (right, down) head units beyond
    what turning at the neck brings along. scale: 1 = as large as at rest. closure, own_expression:
    as in :class:`mien.types.MotionFrame`.
    """

    weights: Floats = field(default_factory=_no_weights)
    angles: tuple[float, float, float] = (0.0, 0.0, 0.0)
    translation: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    closure: float = 0.0
    own_expression: float = 1.0


MomentAt: TypeAlias = Callable[[float], Moment]
"""What a face does at a time in seconds."""
REST = Moment()
"""Nothing moves; the portrait keeps its own expression."""


def blend_moments(start: Moment, end: Moment, amount: float) -> Moment:
    """``start`` at 0, ``end`` at 1, the way from one to the other between."""

    def mix(a: float, b: float) -> float:
        return a + (b - a) * amount

    yaw, pitch, roll = map(mix, start.angles, end.angles)
    right, down = map(mix, start.translation, end.translation)
    return replace(
        end,
        weights=start.weights + (end.weights - start.weights) * np.float32(amount),
        angles=(yaw, pitch, roll),
        translation=(right, down),
        scale=mix(start.scale, end.scale),
        closure=mix(start.closure, end.closure),
        own_expression=mix(start.own_expression, end.own_expression),
    )


def head_placing(moment: Moment) -> tuple[Floats, Floats]:
    """Rotation (3, 3) and translation (2,) of the head, float32, turned at the neck."""
    rotation = rotation_from_angles(*moment.angles)
    travel = (NECK - rotation @ NECK)[:2] + moment.translation
    return rotation.astype(np.float32), travel.astype(np.float32)
