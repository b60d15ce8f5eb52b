"""The 52 blendshapes on 478 landmarks: names, and from weights to a face and back."""

from __future__ import annotations

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite, shape_weights
from mien.motion.basis import BASIS, IS_MOUTH, SKIN_BASIS, mouth_scale
from mien.motion.expression import estimate_blendshapes, fit_expression
from mien.motion.eyes import move_eyes
from mien.motion.fields import LIP_RINGS
from mien.types import Floats

__all__ = [
    "BASIS",
    "BLENDSHAPES",
    "SHAPE_INDEX",
    "displacement",
    "estimate_blendshapes",
    "fit_expression",
    "opposite",
    "pose_face",
    "shape_weights",
]

_UPPER = np.array([ring[1:10] for ring in LIP_RINGS])
_LOWER = np.array([ring[:10:-1] for ring in LIP_RINGS])
"""(4 rings from skin to opening, 9 pairs from the person's right to left)."""
_CLOSE, _OPEN = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]
_FOLLOWS = np.array([0.55, 0.7, 0.85, 1.0])[:, None]
"""How far each ring of a lip follows its edge when lips press on each other."""
_UPPER_SHARE = 0.35
"""The part of closing lips that the upper one does."""


def displacement(weights: Floats) -> Floats:
    """(478, 3) float32: what weights (52,) do to the template, in head units. Linear."""
    flat = np.asarray(weights, np.float32) @ BASIS.reshape(len(BLENDSHAPES), -1)
    return flat.reshape(NUM_LANDMARKS, 3)


def pose_face(neutral: Floats, weights: Floats, closure: float = 0.0) -> Floats:
    """A face (478, 3) in head units with an expression put on it.

    The mouth moves in proportion to its own width, lids and irises to the eye's own size; lids
    and lips meet but never pass each other. ``closure`` (0..1) draws the lips together.
    """
    weights = np.array(weights, np.float64)
    # lips can be closed over an open jaw only as far as it is open
    weights[_CLOSE] = min(weights[_CLOSE], weights[_OPEN])
    scaled = weights * np.where(IS_MOUTH, mouth_scale(neutral), 1.0)
    moved = scaled.astype(np.float32) @ SKIN_BASIS.reshape(len(BLENDSHAPES), -1)
    face = np.asarray(neutral, np.float64) + moved.reshape(NUM_LANDMARKS, 3)
    move_eyes(face, neutral, weights)
    _close_lips(face, closure)
    _part_lips(face)
    return face.astype(np.float32)


def _close_lips(face: Floats, closure: float) -> None:
    if closure <= 0.0:
        return
    gap = np.maximum(face[_LOWER[-1], 1] - face[_UPPER[-1], 1], 0.0) * closure
    face[_UPPER, 1] += _FOLLOWS * _UPPER_SHARE * gap
    face[_LOWER, 1] -= _FOLLOWS * (1.0 - _UPPER_SHARE) * gap


def _part_lips(face: Floats) -> None:
    """Where the edges of the lips have passed each other, let them meet half way."""
    overlap = np.maximum(face[_UPPER[-1], 1] - face[_LOWER[-1], 1], 0.0)
    face[_UPPER, 1] -= _FOLLOWS * overlap / 2
    face[_LOWER, 1] += _FOLLOWS * overlap / 2
