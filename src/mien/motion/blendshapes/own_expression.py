"""The expression a single face wears, told apart from how the face is made.

There is no neutral face to compare with, only the template. So the difference to the template is
explained by two things at once: blendshapes of the lower face, and the ways in which faces of
different people differ. What the second explains as well is not called expression, and little
expression is called none: a neutral mouth stays as it is.

Measured on six clips whose neutral face is known (mean lip distance to it, 1/1000 head units):
their most expressive frames 187 -> 82 when the fitted expression is taken away; the neutral
faces themselves are moved by .4 (53 without the gate and the differences between people).
"""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.blendshapes.basis import BASIS, SKIN_BASIS
from mien.motion.fields import (
    CORNER_X,
    CORNERS,
    LIP_LINE,
    LOWER_LIP,
    POINTS,
    UPPER_LIP,
    X,
    Y,
    bump,
    field,
    smoothstep,
)
from mien.types import Floats

_LOWER_FACE = ("jawOpen", "jawLeft", "jawRight", "mouth", "cheekSquint", "noseSneer")
_SHAPES = np.array([i for i, name in enumerate(BLENDSHAPES) if name.startswith(_LOWER_FACE)])
_ROWS = np.flatnonzero(POINTS[:, 1] > 0.35)
_AXES = np.array([1.0, 1.0, 0.35])
"""The tracker's depth is the least sure."""
_LIPS = UPPER_LIP | LOWER_LIP | CORNERS

_CLOSE, _OPEN = SHAPE_INDEX["mouthClose"], SHAPE_INDEX["jawOpen"]

_MISFIT = 0.05
"""Squared length of what neither explains, head units."""
_RIDGE = 0.0125
_STEPS = 400
_NEUTRAL, _EXPRESSIVE = 0.045, 0.09
"""Mean travel of the lips, head units: below the first the expression counts as none, above the
second fully. Twenty neutral faces (photographs, paintings, a cartoon) were fitted with .01 to
.06, smiling and speaking ones with .04 to .33."""
_LEVEL, _BENT = 0.055, 0.09
"""How far the corners of the mouth lie above or below where the template's do, against the middle
of the lips, head units: the same for a mouth that only smiles or frowns with closed lips. Neutral
faces: up to .04."""


def best_explanation(head_landmarks: Floats) -> tuple[Floats, float]:
    """The weights (52,) float32, 0..1, that explain a face (478, 3) in the head frame best, and
    how certain it is, 0..1, that it wears an expression at all: 0 for a neutral mouth. Eyes and
    brows always count as neutral: how they are at rest belongs to the person."""
    moved = ((head_landmarks - POINTS)[_ROWS] * _AXES).ravel()
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    weights[_SHAPES] = _without_negatives(_GRAM, _EXPLAIN @ moved)
    weights[_CLOSE] = min(weights[_CLOSE], weights[_OPEN])
    travel = np.tensordot(weights, SKIN_BASIS[:, _LIPS, :2], 1)
    activity = float(np.linalg.norm(travel, axis=1).mean())
    bend = abs(_corners_down(head_landmarks) - _corners_down(POINTS))
    return weights, float(
        max(smoothstep(activity, _NEUTRAL, _EXPRESSIVE), smoothstep(bend, _LEVEL, _BENT))
    )


def _corners_down(head_landmarks: Floats) -> float:
    """How far the corners of the mouth lie below the middle of the lips."""
    return float(head_landmarks[[61, 291], 1].mean() - head_landmarks[[13, 14], 1].mean())


def _people() -> list[Floats]:
    """Displacements (478, 3) of one standard deviation between people."""
    lower, mouth = smoothstep(Y, 0.5, 1.1), bump(0, LIP_LINE, 0.6, 0.28)
    nose = bump(0, 0.9, 0.3, 0.2)
    return [
        field(0.08 * lower, (0, 1, 0)),  # length and depth of the lower face
        field(0.12 * lower, (0, 0, 1)),
        field(0.05 * mouth, (0, 1, 0)),  # place, width and fullness of the mouth
        field(0.06 * mouth, (0, 0, 1)),
        field(0.16 * mouth * X, (1, 0, 0)),
        field(0.2 * mouth * (Y - LIP_LINE), (0, 1, 0)),
        field(0.02 * mouth * np.abs(X) / CORNER_X, (0, 1, 0)),  # its corners
        field(0.1 * smoothstep(Y, 1.4, 1.85), (0, 1, 0)),  # chin
        field(0.08 * X * smoothstep(Y, 0.3, 1.3), (1, 0, 0)),  # width of jaw and nose
        field(0.1 * X * np.exp(-0.5 * ((Y - 0.8) / 0.2) ** 2), (1, 0, 0)),
        field(0.06 * nose, (0, 1, 0)),
    ]


def _rows(displacements: Floats) -> Floats:
    flat = (displacements[:, _ROWS] * _AXES).reshape(len(displacements), -1)
    return np.asarray(flat, np.float64)


def _system() -> tuple[Floats, Floats]:
    """Shapes as they show beside the differences between people, which are eliminated with
    their prior: (shapes, values), and the Gram matrix."""
    shapes, people = _rows(BASIS[_SHAPES]), _rows(np.array(_people()))
    known = people @ people.T + _MISFIT * np.eye(len(people))
    beside = shapes - (shapes @ people.T) @ np.linalg.solve(known, people)
    return beside, beside @ shapes.T + _RIDGE * np.eye(len(shapes))


_EXPLAIN, _GRAM = _system()


def _without_negatives(gram: Floats, target: Floats) -> Floats:
    """Least squares with every weight in 0..1: accelerated projected gradient steps."""
    step = 1.0 / np.linalg.norm(gram, 2)
    solved = ahead = np.zeros(len(target))
    for k in range(_STEPS):
        after = np.clip(ahead - step * (gram @ ahead - target), 0.0, 1.0)
        ahead = after + k / (k + 3.0) * (after - solved)
        solved = after
    return np.asarray(solved)
