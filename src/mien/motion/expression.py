"""From landmarks, and the same face's neutral ones, to blendshape weights."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.basis import BASIS, IS_MOUTH, mouth_scale
from mien.motion.eyes import (
    CREASES,
    IRIS_TABLE,
    IRISES,
    LID_TABLE,
    LOWER_LIDS,
    POUCHES,
    UPPER_LIDS,
    eye_widths,
)
from mien.types import Floats

_EYES = np.array([i for i, name in enumerate(BLENDSHAPES) if name.startswith("eye")])
_SKIN = np.array(
    [i for i, name in enumerate(BLENDSHAPES) if not name.startswith(("eye", "tongue"))]
)
_ROWS = np.setdiff1d(
    np.arange(478),
    np.concatenate([a.ravel() for a in (UPPER_LIDS, LOWER_LIDS, CREASES, POUCHES, IRISES)]),
)
_AXES = np.array([1.0, 1.0, 0.35])
"""The tracker's depth is the least sure."""
_RIDGE = 0.004
_REFITS = 2


def _system() -> tuple[Floats, Floats]:
    """Transposed design matrix (shapes, values) and its Gram matrix."""
    design = (BASIS[_SKIN][:, _ROWS] * _AXES).reshape(len(_SKIN), -1).astype(np.float64)
    return design, design @ design.T + _RIDGE * np.eye(len(_SKIN))


_DESIGN, _GRAM = _system()
_INVERSE = np.linalg.inv(_GRAM)


def estimate_blendshapes(head_landmarks: Floats, neutral: Floats) -> Floats:
    """(52,) float32 weights, 0..1, of the expression that changes ``neutral`` (478, 3) into
    ``head_landmarks`` (478, 3), both in the head frame."""
    weights = np.zeros(len(BLENDSHAPES))
    weights[_SKIN] = _solve_skin(np.asarray(head_landmarks - neutral, np.float64))
    weights[IS_MOUTH] /= mouth_scale(neutral)
    close, jaw = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]
    weights[close] = min(weights[close], weights[jaw])
    _measure_eyes(weights, head_landmarks, neutral)
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


def _shares(face: Floats, neutral: Floats) -> tuple[Floats, Floats, Floats]:
    """Closing of both lids in shares of the neutral opening, (2 eyes,) each, and the irises'
    way in eye widths, (2 eyes, 2)."""
    gap = neutral[LOWER_LIDS] - neutral[UPPER_LIDS]
    opening = np.maximum((gap**2).sum((1, 2)), 1e-6)
    upper = ((face[UPPER_LIDS] - neutral[UPPER_LIDS]) * gap).sum((1, 2)) / opening
    lower = -((face[LOWER_LIDS] - neutral[LOWER_LIDS]) * gap).sum((1, 2)) / opening
    look = (face[IRISES[:, 0], :2] - neutral[IRISES[:, 0], :2]) / eye_widths(neutral)[:, None]
    return upper, lower, look


_SIDES = ("Right", "Left")
_SQUINT = LID_TABLE[SHAPE_INDEX["eyeSquintLeft"], 1]
_BLINK = LID_TABLE[SHAPE_INDEX["eyeBlinkLeft"], 1]
_WIDE = LID_TABLE[SHAPE_INDEX["eyeWideLeft"], 1].sum()


def _measure_eyes(weights: Floats, face: Floats, neutral: Floats) -> None:
    upper, lower, look = _shares(face, neutral)
    for eye, side in enumerate(_SIDES):
        for axis, names in enumerate((("eyeLookIn", "eyeLookOut"), ("eyeLookDown", "eyeLookUp"))):
            for name in names:
                index = SHAPE_INDEX[name + side]
                weights[index] = np.clip(look[eye, axis] / IRIS_TABLE[index, eye, axis], 0.0, 1.0)
        # what is left when the lids that follow the gaze and the cheek are taken away
        followed = weights @ LID_TABLE[:, eye]
        above, below = upper[eye] - followed[0], lower[eye] - followed[1]
        squint = (below * _BLINK[0] - above * _BLINK[1]) / (
            _SQUINT[1] * _BLINK[0] - _SQUINT[0] * _BLINK[1]
        )
        squint = float(np.clip(squint, 0.0, 1.0)) if above + below > 0 else 0.0
        closed = above + below - squint * _SQUINT.sum()
        weights[SHAPE_INDEX[f"eyeSquint{side}"]] = squint
        weights[SHAPE_INDEX[f"eyeBlink{side}"]] = closed
        weights[SHAPE_INDEX[f"eyeWide{side}"]] = closed / _WIDE
