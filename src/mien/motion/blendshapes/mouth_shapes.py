"""The blendshapes of jaw and mouth, left halves and symmetric ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.landmarks import OUTER_LIPS
from mien.motion.fields import (
    ALONG,
    BELOW_MOUTH,
    CORNER_X,
    LIP_LINE,
    LIP_RINGS,
    LOWER_LIP,
    OFF_EYES,
    POINTS,
    UPPER_LIP,
    X,
    Y,
    bump,
    field,
    left_side,
    near,
    smoothstep,
)
from mien.types import Floats

_JAW_AXIS_Y, _JAW_AXIS_Z = 0.45, 1.3
"""The hinge below the ears. The tracker's depth is flatter than a head, hence so far back."""
_JAW_ANGLE = np.radians(25.0)
_CHIN_Z, _CHIN_ROUND = -0.1, 0.3
_UPPER_CLOSES = 0.3
"""The upper lip's part in closing the mouth while the jaw is open."""
_CORNER_FOLLOWS = 0.42
"""How far the corners of the mouth follow the jaw."""
_SMILING_CORNER_FOLLOWS = 0.15
"""The same while a full smile holds them up."""


def mouth_shapes() -> dict[str, Floats]:
    """Displacements (478, 3) at full weight, in head units, by ARKit name."""
    return {**_jaw(), **_corners(), **_both_lips(), **_single_lips()}


def corners_held_up() -> Floats:
    """Displacements (478, 3) of the left corner: what a full smile takes from a jaw wide open."""
    held = _jaw_weight(_CORNER_FOLLOWS) - _jaw_weight(_SMILING_CORNER_FOLLOWS)
    return np.asarray(-_rotated_jaw(_JAW_ANGLE) * (held * left_side())[:, None])


def _jaw_weight(corner_follows: float) -> Floats:
    """How far the jaw carries each point: the chin wholly, the upper lip only at its ends."""
    upper = corner_follows * np.minimum(ALONG, 1.0) ** 2.5 * smoothstep(Y, 0.72, LIP_LINE + 0.02)
    lip = corner_follows + (1 - corner_follows) * np.clip(1.0 - ALONG**2.4, 0.0, 1.0)
    lower = lip + (1.0 - lip) * smoothstep(Y, LIP_LINE - 0.02, LIP_LINE + 0.42)
    return np.asarray(np.where(BELOW_MOUTH, np.where(LOWER_LIP, lip, lower), upper))


def _rotated_jaw(angle: float) -> Floats:
    down, back = Y - _JAW_AXIS_Y, POINTS[:, 2] - _JAW_AXIS_Z
    # the whole width of the chin comes down alike, so that its underside does not fold
    level = _CHIN_Z + _CHIN_ROUND * (POINTS[:, 2] - _CHIN_Z) - _JAW_AXIS_Z
    turned_down = down * np.cos(angle) - level * np.sin(angle)
    turned_back = down * np.sin(angle) + back * np.cos(angle)
    return np.stack([np.zeros_like(down), turned_down - down, turned_back - back], axis=1)


def _jaw() -> dict[str, Floats]:
    weight = _jaw_weight(_CORNER_FOLLOWS)
    opened = _rotated_jaw(_JAW_ANGLE) * weight[:, None]
    # an opening mouth narrows a little
    opened += field(
        -0.1 * X * np.exp(-0.5 * (((Y - LIP_LINE) / 0.25) ** 2 + (X / 0.5) ** 2)), (1, 0, 0)
    )
    return {
        "jawOpen": opened,
        "mouthClose": _lips_together(opened),
        "jawForward": field(weight, (0, 0.015, -0.14)),
        "jawLeft": field(weight, (0.11, 0, 0)),
    }


def _lips_together(opened: Floats) -> Floats:
    """What brings the lips together while the jaw is open: the lower lip comes up, the upper
    lip a little down, each with the skin next to it; the chin stays."""
    close = np.zeros(len(POINTS))
    for ring in LIP_RINGS:
        upper, lower = list(ring[1:10]), list(ring[:10:-1])
        step = opened[lower, 1] - opened[upper, 1]
        close[upper], close[lower] = _UPPER_CLOSES * step, (_UPPER_CLOSES - 1.0) * step
    above = _beside_lip(OUTER_LIPS[5:11], close, reach=0.13) * (Y > 0.8)
    below = _beside_lip(OUTER_LIPS[15:9:-1], close, reach=0.19)
    beside = np.where(BELOW_MOUTH, below, above)
    return field(np.where(UPPER_LIP | LOWER_LIP, close, beside), (0, 1, 0))


def _beside_lip(rim: Sequence[int], values: Floats, reach: float) -> Floats:
    """Values of the lip's rim (from the middle to the left corner) carried on into the skin
    next to it."""
    across, rim = np.abs(X), list(rim)
    distance = Y - np.interp(across, X[rim], Y[rim])
    carried = np.interp(across, X[rim], values[rim], right=0.0)
    return np.asarray(carried * np.exp(-0.5 * (distance / reach) ** 2))


def _pulled_corner() -> Floats:
    """1 at the left corner, falling along the lips by a power (a Gaussian would bend the mouth
    into a V) and softly outside."""
    on_lips = np.clip(X / CORNER_X, 0.0, 1.0) ** 1.7
    outside = np.exp(-0.5 * (np.maximum(ALONG - 1.0, 0.0) / 0.95) ** 2)
    return np.asarray(on_lips * outside * np.exp(-0.5 * ((Y - POINTS[291, 1] + 0.02) / 0.24) ** 2))


def _corners() -> dict[str, Floats]:
    corner = _pulled_corner()
    middle = bump(0, LIP_LINE, 0.2, 0.12) * left_side()
    cheek = near(425, 0.26) * left_side() * OFF_EYES
    frown = corner + 0.35 * bump(0.42, 1.42, 0.2, 0.16)
    return {
        "mouthSmileLeft": field(corner, (0.135, -0.145, 0.07))
        + field(middle, (0, 0.012, 0.01))
        + field(cheek, (0.03, -0.07, -0.04)),
        "mouthFrownLeft": field(frown, (0.015, 0.14, 0.02)) + field(middle, (0, -0.012, 0)),
        "mouthStretchLeft": field(corner, (0.13, 0.03, 0.05)),
        "mouthDimpleLeft": field(corner, (0.07, -0.015, 0.06)),
    }


def _both_lips() -> dict[str, Floats]:
    around = np.exp(-0.5 * (((Y - LIP_LINE) / 0.2) ** 2 + (X / 0.42) ** 2))
    arch = np.clip(1.0 - ALONG**2, 0.0, 1.0) ** 0.8
    side = np.where(BELOW_MOUTH, 1.0, -0.75)
    away = side * arch * np.exp(-0.5 * ((Y - LIP_LINE) / 0.17) ** 2)
    inward = np.stack([-X * around, np.zeros_like(X), np.zeros_like(X)], axis=1)
    lips = np.exp(-0.5 * (((Y - LIP_LINE) / 0.2) ** 2 + (X / 0.45) ** 2))
    thin = (Y - LIP_LINE) * np.exp(-0.5 * (((Y - LIP_LINE) / 0.13) ** 2 + ((X - 0.15) / 0.3) ** 2))
    return {
        "mouthPucker": 0.42 * inward
        + field(around, (0, 0, -0.13))
        + field(0.12 * (Y - LIP_LINE) * around, (0, 1, 0)),
        "mouthFunnel": 0.3 * inward + field(around, (0, 0, -0.1)) + field(away, (0, 0.085, 0)),
        "mouthLeft": field(lips, (0.13, 0, 0)),
        "mouthPressLeft": field(-0.55 * thin * left_side(), (0, 1, 0))
        + field(_pulled_corner(), (0.02, 0, 0.03))
        + field(bump(0.16, 1.56, 0.18, 0.1) * left_side(), (0, -0.03, -0.03)),
    }


def _single_lips() -> dict[str, Floats]:
    upper = ~BELOW_MOUTH & (Y > 0.7)
    arch = np.clip(1.0 - ALONG**2, 0.0, 1.0)
    over = np.exp(-0.5 * (np.minimum(Y - 1.16, 0.0) / 0.13) ** 2) * upper
    under = np.exp(-0.5 * (np.maximum(Y - 1.42, 0.0) / 0.2) ** 2) * BELOW_MOUTH
    rolled_over, rolled_under = np.zeros_like(X), np.zeros_like(X)
    for ring, share in zip(LIP_RINGS, (1.0, 0.7, 0.35, 0.0), strict=True):
        rolled_over[list(ring[1:10])] = share
        rolled_under[list(ring[11:])] = share
    rolled_over = np.where(UPPER_LIP, rolled_over, over * np.exp(-0.5 * (ALONG / 0.9) ** 2)) * arch
    rolled_under = (
        np.where(LOWER_LIP, rolled_under, under * np.exp(-0.5 * (ALONG / 0.9) ** 2)) * arch
    )
    lifted = np.exp(-0.5 * ((X - 0.15) / 0.2) ** 2) * left_side(0.2)
    inside = np.clip(1.0 - ALONG**4, 0.0, 1.0)
    return {
        "mouthRollUpper": field(rolled_over, (0, 0.042, 0.06)),
        "mouthRollLower": field(rolled_under, (0, -0.09, 0.05)),
        "mouthShrugUpper": field(over * arch, (0, -0.05, -0.05)),
        "mouthShrugLower": field(under * (0.35 + 0.65 * arch), (0, -0.085, -0.05)),
        "mouthUpperUpLeft": field(over * lifted * inside, (0.01, -0.1, 0)),
        "mouthLowerDownLeft": field(under * lifted * inside, (0.01, 0.1, 0)),
    }
