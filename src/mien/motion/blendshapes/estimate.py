"""From landmarks, and the same face's neutral ones, to blendshape weights."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.blendshapes.basis import BASIS, IS_MOUTH, hold_corners_up, mouth_scale
from mien.motion.blendshapes.eyes import (
    CREASES,
    IRISES,
    LOWER_LIDS,
    POUCHES,
    UPPER_LIDS,
    measure_eyes,
)
from mien.types import Floats

_SKIN = np.array(
    [i for i, name in enumerate(BLENDSHAPES) if not name.startswith(("eye", "tongue"))]
)
_ROWS = np.setdiff1d(
    np.arange(478),
    np.concatenate([a.ravel() for a in (UPPER_LIDS, LOWER_LIDS, CREASES, POUCHES, IRISES)]),
)
_AXES = np.array([1.0, 1.0, 0.35])
"""The tracker's depth is the least sure."""
_RIDGE = 0.005
"""Against the squared length of a shape, .03 to 10: what may be noise is shrunk."""
_REFITS = 2


def _system() -> tuple[Floats, Floats]:
    """Transposed design matrix (shapes, values) and its Gram matrix."""
    design = (BASIS[_SKIN][:, _ROWS] * _AXES).reshape(len(_SKIN), -1).astype(np.float64)
    return design, design @ design.T + _RIDGE * np.eye(len(_SKIN))


_DESIGN, _GRAM = _system()
_INVERSE = np.linalg.inv(_GRAM)
_CLOSE, _OPEN = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]


def estimate_blendshapes(head_landmarks: Floats, neutral: Floats) -> Floats:
    """(52,) float32 weights, 0..1, of the expression that changes ``neutral`` (478, 3) into
    ``head_landmarks`` (478, 3), both in the head frame."""
    weights = np.zeros(len(BLENDSHAPES))
    moved = np.asarray(head_landmarks - neutral, np.float64)
    weights[_SKIN] = _solve_skin(moved)
    # what shapes do beyond their sum shows once it is known which they are
    weights[_SKIN] = _solve_skin(moved - hold_corners_up(weights))
    weights[IS_MOUTH] /= mouth_scale(neutral)
    weights[_CLOSE] = min(weights[_CLOSE], weights[_OPEN])
    measure_eyes(weights, head_landmarks, neutral)
    return np.clip(weights, 0.0, 1.0).astype(np.float32)


def _solve_skin(moved: Floats) -> Floats:
    """Ridge least squares without negative weights: shapes that come out negative are dropped
    and the others solved again."""
    target = _DESIGN @ (moved[_ROWS] * _AXES).ravel()
    solved = _INVERSE @ target
    for _ in range(_REFITS):
        kept = np.flatnonzero(solved > 0.0)
        if len(kept) == 0:
            break
        again = np.linalg.solve(_GRAM[np.ix_(kept, kept)], target[kept])
        solved = np.zeros_like(solved)
        solved[kept] = again
    return np.asarray(np.maximum(solved, 0.0))
