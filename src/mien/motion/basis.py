"""The blendshape basis on the face template."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite
from mien.motion.eyes import move_eyes
from mien.motion.fields import POINTS, mirrored
from mien.motion.mouth_shapes import mouth_shapes
from mien.motion.upper_shapes import upper_shapes
from mien.types import Floats


def _skin_basis() -> Floats:
    basis = np.zeros((len(BLENDSHAPES), *POINTS.shape), np.float32)
    for name, moved in {**mouth_shapes(), **upper_shapes()}.items():
        basis[SHAPE_INDEX[name]] = moved
        if opposite(name) != name:
            basis[SHAPE_INDEX[opposite(name)]] = mirrored(moved)
    return basis


def _eye_basis() -> Floats:
    basis = np.zeros((len(BLENDSHAPES), *POINTS.shape), np.float32)
    for index, weights in enumerate(np.eye(len(BLENDSHAPES))):
        move_eyes(basis[index], POINTS, weights)
    return basis


SKIN_BASIS = _skin_basis()
"""(52, 478, 3) float32 head units: all but lids and irises, which depend on the eyes."""
BASIS = SKIN_BASIS + _eye_basis()
"""(52, 478, 3) float32 head units: what each shape does to the template at full weight.
tongueOut moves no landmark: the mesh has no tongue."""
IS_MOUTH = np.array([name.startswith(("mouth", "jaw")) for name in BLENDSHAPES])
"""(52,): shapes that grow with the width of the mouth."""


def mouth_scale(neutral: Floats) -> float:
    """Width of the mouth against the template's."""
    own = np.linalg.norm(neutral[291] - neutral[61])
    return float(own / np.linalg.norm(POINTS[291] - POINTS[61]))
