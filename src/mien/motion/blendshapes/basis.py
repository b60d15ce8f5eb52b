"""The blendshape basis on the face template."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite
from mien.motion.blendshapes.eyes import move_eyes
from mien.motion.blendshapes.mouth_shapes import corners_held_up, mouth_shapes
from mien.motion.blendshapes.upper_shapes import upper_shapes
from mien.motion.fields import POINTS, mirrored
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
_CORNERS_HELD_UP = np.array([corners_held_up(), mirrored(corners_held_up())], np.float32)
_SMILES = [SHAPE_INDEX["mouthSmileLeft"], SHAPE_INDEX["mouthSmileRight"]]
_OPEN = SHAPE_INDEX["jawOpen"]
IS_MOUTH = np.array([name.startswith(("mouth", "jaw")) for name in BLENDSHAPES])
"""(52,): shapes that grow with the width of the mouth."""


def hold_corners_up(weights: Floats) -> Floats:
    """(478, 3) float32 head units: what skin shapes (52,) do beyond their sum: a smile holds the
    corners of the mouth up over an opening jaw."""
    held = np.minimum(weights[_SMILES], weights[_OPEN]).astype(np.float32)
    return np.asarray(np.tensordot(held, _CORNERS_HELD_UP, 1))


def mouth_scale(neutral: Floats) -> float:
    """Width of the mouth against the template's."""
    own = np.linalg.norm(neutral[291] - neutral[61])
    return float(own / np.linalg.norm(POINTS[291] - POINTS[61]))
