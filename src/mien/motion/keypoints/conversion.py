"""From LivePortrait's expression to blendshapes and back."""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.motion.arkit import SHAPE_INDEX
from mien.motion.keypoints.apertures import GAUGED_MOVES, GAUGES, OPEN_EYE
from mien.motion.keypoints.directions import (
    GAUGED,
    NUM_KEYPOINTS,
    SHAPED,
    column,
    moves_of,
    shapes_of,
)
from mien.motion.keypoints.openings import fill_eyes, fill_lips, lid_closings, lip_opening
from mien.motion.keypoints.solving import amounts_of
from mien.types import Floats

_RIDGE = 0.02
_DEAD = 0.04
"""Amounts below this are the network's own unrest: on a face at rest they are .01 to .03."""
_FAINT = {**dict.fromkeys(("3y", "7y"), 0.5), **dict.fromkeys(("13y", "16y"), 0.7)}
"""Keypoints that also follow much else count less."""


def _counting() -> Floats:
    counting = np.ones(NUM_KEYPOINTS * 3)
    for place, weight in _FAINT.items():
        counting[column(place)] = weight
    return counting


_MOVES, _SHAPES = moves_of(SHAPED), shapes_of(SHAPED)
_GAUGED = moves_of(GAUGED)
# eyes and lips both open and shut; here they only explain what is theirs
_ALL_MOVES = np.concatenate([_MOVES, _GAUGED, -_GAUGED])
_COUNTING = _counting() * (np.abs(_ALL_MOVES).sum(0) > 0.0)


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
    amounts = amounts_of(_ALL_MOVES * _COUNTING, change * _COUNTING, _RIDGE)
    amounts = amounts[..., : len(SHAPED)]
    weights = np.clip(np.maximum(amounts - _DEAD, 0.0) / (1 - _DEAD) @ _SHAPES, 0.0, 1.0)
    if ratios is None or reference_ratios is None:
        opened, rest = change @ GAUGES, np.full(2, OPEN_EYE)
    else:
        rest = np.asarray(reference_ratios, np.float64)
        opened, rest = np.asarray(ratios, np.float64) - rest, rest[:2]
    fill_eyes(weights, -opened[..., :2] / np.maximum(rest, 0.05))
    fill_lips(weights, opened[..., 2])
    return cast(Floats, weights.astype(np.float32))


def keypoints_from_blendshapes(weights: Floats) -> Floats:
    """(..., 21, 3) float32 change of LivePortrait's expression that shows blendshapes (..., 52),
    as far as its known directions can."""
    weights = np.asarray(weights, np.float64)
    change = amounts_of(_SHAPES[:, _SHOWN], weights[..., _SHOWN], 0.0) @ _MOVES
    wanted = np.empty((*weights.shape[:-1], 3))
    wanted[..., :2] = -lid_closings(weights) * OPEN_EYE
    wanted[..., 2] = lip_opening(weights)
    change += (wanted - change @ GAUGES) @ GAUGED_MOVES
    return cast(Floats, change.reshape(*weights.shape[:-1], NUM_KEYPOINTS, 3).astype(np.float32))


_SHOWN = np.array(
    [not n.startswith(("eyeBlink", "eyeWide", "eyeSquint", "jawOpen")) for n in SHAPE_INDEX]
)
"""(52,): shapes that the directions are told by; openings follow from the ratios."""
