"""A face with an expression put on it."""

from __future__ import annotations

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.blendshapes.basis import IS_MOUTH, SKIN_BASIS, hold_corners_up, mouth_scale
from mien.motion.blendshapes.eyes import move_eyes
from mien.motion.blendshapes.lips import close_lips, part_lips, round_lips
from mien.motion.fields import smoothstep
from mien.types import Floats

_CLOSE, _OPEN = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]
_PUCKER = SHAPE_INDEX["mouthPucker"]
_ROUND = (0.4, 0.9)
"""Of mouthPucker: lips begin to close towards the corners of the mouth, and do."""


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
    face += hold_corners_up(scaled)
    move_eyes(face, neutral, weights)
    round_lips(face, float(smoothstep(weights[_PUCKER], *_ROUND)))
    close_lips(face, closure)
    part_lips(face, neutral)
    return face.astype(np.float32)
