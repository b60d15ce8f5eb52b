"""Lids and irises: what the eye blendshapes do to a face with its own eyes.

Lids move by shares of the eye's own opening, so that a full blink closes any eye exactly;
irises move by shares of its width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.landmarks import (
    LEFT_EYE,
    LEFT_EYE_OUTER_RING,
    LEFT_IRIS,
    LEFT_LID_PAIRS,
    RIGHT_EYE,
    RIGHT_EYE_OUTER_RING,
    RIGHT_IRIS,
    RIGHT_LID_PAIRS,
)
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.types import Floats

UPPER_LID_SHARE = 0.85
"""Real blinks close from above: the upper lid makes about this share of the way."""
_LID_MOVES = {
    "eyeBlink": (UPPER_LID_SHARE, 0.15),
    "eyeSquint": (0.12, 0.3),
    "eyeWide": (-0.32, -0.08),
    "eyeLookDown": (0.38, -0.04),
    "eyeLookUp": (-0.16, 0.06),
    "cheekSquint": (0.0, 0.16),
}
"""Closing of the upper and the lower lid, in shares of the eye's opening."""
_IRIS_MOVES = {
    "eyeLookDown": (0.0, 0.165),
    "eyeLookUp": (0.0, -0.165),
    "eyeLookIn": (-0.275, 0.0),
    "eyeLookOut": (0.275, 0.0),
}
"""Right and down of the left eye, in eye widths: about 30 degrees of rotation."""
CREASE_FOLLOWS, POUCH_FOLLOWS = 0.36, 0.45
"""How far the rings of skin above and below the eye follow its lids."""
_WIDEST = -0.4

# The eyes in the order right, left; seven pairs of lid landmarks each.
UPPER_LIDS, LOWER_LIDS = np.array([RIGHT_LID_PAIRS, LEFT_LID_PAIRS]).transpose(2, 0, 1)
_RINGS = np.array([RIGHT_EYE_OUTER_RING, LEFT_EYE_OUTER_RING])
CREASES, POUCHES = _RINGS[:, 1:8], _RINGS[:, :8:-1]
IRISES = np.array([RIGHT_IRIS, LEFT_IRIS])
CORNERS = np.array([RIGHT_EYE, LEFT_EYE])[:, (0, 8)]


def _table(moves: dict[str, tuple[float, float]], mirrored: bool) -> Floats:
    """(52, 2 eyes, 2) from the left eye's moves."""
    table = np.zeros((len(BLENDSHAPES), 2, 2))
    for name, move in moves.items():
        table[SHAPE_INDEX[f"{name}Left"], 1] = move
        table[SHAPE_INDEX[f"{name}Right"], 0] = move
    if mirrored:
        table[:, 0, 0] *= -1.0
    return table


LID_TABLE = _table(_LID_MOVES, mirrored=False)
"""(52, 2 eyes, upper and lower lid): closing, in shares of the opening."""
IRIS_TABLE = _table(_IRIS_MOVES, mirrored=True)
"""(52, 2 eyes, right and down): in eye widths."""


def eye_widths(face: Floats) -> Floats:
    """(2,) distance between the corners of the right and the left eye."""
    return np.asarray(np.linalg.norm(face[CORNERS[:, 1]] - face[CORNERS[:, 0]], axis=1))


def lid_closing(weights: Floats) -> Floats:
    """(2 eyes, upper and lower lid) closing in shares of the opening, never past closed."""
    closing = np.tensordot(weights, LID_TABLE, 1)
    total = closing.sum(axis=1, keepdims=True)
    return np.asarray(closing / np.maximum(np.maximum(total, total / _WIDEST), 1.0))


def move_eyes(face: Floats, neutral: Floats, weights: Floats) -> None:
    """Add to ``face`` (478, 3), in place, what the eye blendshapes do to the eyes of
    ``neutral``."""
    closing = lid_closing(weights)
    gap = neutral[LOWER_LIDS] - neutral[UPPER_LIDS]
    upper, lower = closing[:, 0, None, None] * gap, closing[:, 1, None, None] * gap
    face[UPPER_LIDS] += upper
    face[LOWER_LIDS] -= lower
    face[CREASES] += CREASE_FOLLOWS * upper
    face[POUCHES] -= POUCH_FOLLOWS * lower
    look = np.tensordot(weights, IRIS_TABLE, 1) * eye_widths(neutral)[:, None]
    face[IRISES, :2] += look[:, None]


def _indices(*names: str) -> NDArray[np.intp]:
    """(2 eyes, names)."""
    return np.array([[SHAPE_INDEX[name + side] for name in names] for side in ("Right", "Left")])


_BLINK, _SQUINT, _WIDE = _indices("eyeBlink", "eyeSquint", "eyeWide").T
_LOOK = np.stack([_indices("eyeLookIn", "eyeLookOut"), _indices("eyeLookDown", "eyeLookUp")], 1)
"""(2 eyes, across and down, 2)."""
_LOOK_REACH = IRIS_TABLE[_LOOK, np.arange(2)[:, None, None], np.arange(2)[:, None]]
_BLINK_MOVE = LID_TABLE[_BLINK[0], 0]
_SQUINT_MOVE = LID_TABLE[_SQUINT[0], 0]
_WIDE_MOVE = float(LID_TABLE[_WIDE[0], 0].sum())


def measure_eyes(weights: Floats, face: Floats, neutral: Floats) -> None:
    """Fill the eye blendshapes of ``weights`` (52,), in place, from how the eyes of ``face``
    differ from those of ``neutral``. The cheeks' weights must be there already: they lift the
    lower lids."""
    look = (face[IRISES[:, 0], :2] - neutral[IRISES[:, 0], :2]) / eye_widths(neutral)[:, None]
    weights[_LOOK] = np.clip(look[:, :, None] / _LOOK_REACH, 0.0, 1.0)
    # what is left when the lids that follow the gaze and the cheeks are taken away
    followed = np.tensordot(weights, LID_TABLE, 1)
    upper, lower = (_closing(face, neutral) - followed).T
    squint = (lower * _BLINK_MOVE[0] - upper * _BLINK_MOVE[1]) / (
        _SQUINT_MOVE[1] * _BLINK_MOVE[0] - _SQUINT_MOVE[0] * _BLINK_MOVE[1]
    )
    squint = np.where(upper + lower > 0.0, np.clip(squint, 0.0, 1.0), 0.0)
    closed = upper + lower - squint * _SQUINT_MOVE.sum()
    weights[_SQUINT] = squint
    weights[_BLINK] = np.clip(closed, 0.0, 1.0)
    weights[_WIDE] = np.clip(closed / _WIDE_MOVE, 0.0, 1.0)


def _closing(face: Floats, neutral: Floats) -> Floats:
    """(2 eyes, upper and lower lid) how far each lid has come, in shares of the opening."""
    gap = neutral[LOWER_LIDS] - neutral[UPPER_LIDS]
    opening = np.maximum((gap * gap).sum((1, 2)), 1e-6)
    upper = ((face[UPPER_LIDS] - neutral[UPPER_LIDS]) * gap).sum((1, 2))
    lower = ((neutral[LOWER_LIDS] - face[LOWER_LIDS]) * gap).sum((1, 2))
    return np.asarray(np.stack([upper, lower], axis=1) / opening[:, None])
