"""From LivePortrait's expression to blendshapes and back."""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.motion.arkit import BLENDSHAPES
from mien.motion.keypoints.apertures import GAUGED_MOVES, GAUGES, OPEN_EYE, openings
from mien.motion.keypoints.directions import (
    GAUGED,
    NUM_KEYPOINTS,
    SLIDERS,
    column,
    moves_of,
    shapes_of,
)
from mien.motion.keypoints.openings import fill_eyes, fill_lips, lid_closings, lip_opening
from mien.motion.keypoints.solving import amounts_of
from mien.types import Floats

_RIDGE = 0.02
_UNREST = 0.0006
_LEAST_DEAD = 0.04
"""The keypoints' own unrest on a face at rest, in canvas units, and the least share of a
direction that is taken for it."""
_FAINT = {**dict.fromkeys(("3y", "7y"), 0.5), **dict.fromkeys(("13y", "16y"), 0.7)}
"""Keypoints that also follow much else count less."""
_LEAST_OPEN = 0.1
"""Opening over width below which an eye is not taken for open in the reference."""
_TOLD_BY_OPENING = ("eyeBlink", "eyeWide", "eyeSquint", "jawOpen")
_COMPANIONS = ("cheekSquint", "mouthShrugLower", "mouthUpperUp", "jawLeft", "jawRight")
"""Shapes that only go along with others, and must not hold those back when they are missing."""

_HIGH = np.array([slider.high for slider in SLIDERS])
_LOW = np.array([slider.low for slider in SLIDERS])
_MOVES = moves_of(SLIDERS)
_SHAPES = np.concatenate(shapes_of(SLIDERS))
_REACH = np.linalg.norm(_MOVES, axis=1)
_DEAD = np.maximum(
    _LEAST_DEAD, _UNREST / np.abs(np.concatenate([_HIGH, _LOW]) * np.tile(_REACH, 2))
)


def _reading() -> Floats:
    """(63, sliders): an expression's change times this is where the sliders stand. The ridge
    keeps sliders that look alike from playing each other off. Eyes and lips that open and shut
    only explain what is theirs."""
    full = np.concatenate([_MOVES * _HIGH[:, None], moves_of(GAUGED)])
    counting = np.ones(NUM_KEYPOINTS * 3)
    for place, weight in _FAINT.items():
        counting[column(place)] = weight
    rows = full * counting
    gram = rows @ rows.T
    solved = np.linalg.solve(gram + _RIDGE * np.diag(np.diag(gram)), rows * counting)
    return np.asarray(solved[: len(SLIDERS)].T * _HIGH)


def _telling(name: str) -> float:
    if name.startswith(_TOLD_BY_OPENING):
        return 0.0
    return 0.3 if name.startswith(_COMPANIONS) else 1.0


_READING = _reading()
_TELLING = np.array([_telling(name) for name in BLENDSHAPES])
"""(52,): how much each shape says about the sliders."""


def blendshapes_from_keypoints(
    expression: Floats,
    reference: Floats,
    ratios: Floats | None = None,
    reference_ratios: Floats | None = None,
) -> Floats:
    """(..., 52) float32 blendshapes 0..1 of an expression (..., 21, 3) against a reference.

    reference: (21, 3), the expression that counts as neutral: a template's first frame.
    ratios, reference_ratios: (..., 3) and (3,) as in :class:`mien.types.MotionFrame`. Where both
    are there they decide how far eyes and lips are open; otherwise the keypoints do.
    """
    change = np.asarray(expression, np.float64) - np.asarray(reference, np.float64)
    change = change.reshape(*change.shape[:-2], -1)
    at = change @ _READING
    amounts = np.concatenate([at / _HIGH, at / _LOW], axis=-1)
    weights = np.clip(np.maximum(amounts - _DEAD, 0.0) / (1 - _DEAD) @ _SHAPES, 0.0, 1.0)
    if ratios is None or reference_ratios is None:
        opened, rest = openings(change), np.full(2, OPEN_EYE)
    else:
        rest = np.asarray(reference_ratios, np.float64)
        opened, rest = np.asarray(ratios, np.float64) - rest, rest[:2]
    fill_eyes(weights, -opened[..., :2] / np.maximum(rest, _LEAST_OPEN))
    fill_lips(weights, opened[..., 2])
    return cast(Floats, weights.astype(np.float32))


def keypoints_from_blendshapes(weights: Floats) -> Floats:
    """(..., 21, 3) float32 change of LivePortrait's expression that shows blendshapes (..., 52),
    as far as its known directions can."""
    weights = np.asarray(weights, np.float64)
    high, low = np.split(amounts_of(_SHAPES * _TELLING, weights * _TELLING), 2, axis=-1)
    change = (high * _HIGH + low * _LOW) @ _MOVES
    wanted = np.empty((*weights.shape[:-1], 3))
    wanted[..., :2] = -lid_closings(weights) * OPEN_EYE
    wanted[..., 2] = lip_opening(weights)
    change += (wanted - change @ GAUGES) @ GAUGED_MOVES
    return cast(Floats, change.reshape(*weights.shape[:-1], NUM_KEYPOINTS, 3).astype(np.float32))
