"""The 52 blendshapes on 478 landmarks: names, and from weights to a face and back."""

from __future__ import annotations

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite, shape_weights
from mien.motion.basis import BASIS, IS_MOUTH, SKIN_BASIS, mouth_scale
from mien.motion.expression import estimate_blendshapes
from mien.motion.eyes import move_eyes
from mien.motion.lips import close_lips, part_lips
from mien.motion.own_expression import fit_expression
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

_CLOSE, _OPEN = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]


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
    close_lips(face, closure)
    part_lips(face)
    return face.astype(np.float32)
