"""Lids and lips brought to a measured opening, beside whatever else the face does."""

from __future__ import annotations

import numpy as np

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.blendshapes.eyes import LID_TABLE
from mien.types import Floats

_SIDES = ("Right", "Left")
_CLOSES = LID_TABLE.sum(axis=2)
"""(52, 2 eyes): share of the eye's opening that each shape closes."""
_DEAD_LIDS = 0.03
"""Change of an eye's opening that is not believed, as a share: open eyes are read with an unrest
of .01 to .02, and lids must not tremble."""
_SHUT = 0.95
"""Closing that counts as shut: closed lids are read as .005 to .03 of the open eye."""
_DEAD_LIPS = 0.01
_JAW = 1.08
"""Opening over width of the lips that a full jawOpen adds on the face template."""
_PARTS = {"mouthFunnel": 0.27, "mouthUpperUp": 0.05, "mouthLowerDown": 0.05}
"""The same for shapes that part the lips by themselves; those with sides, each side."""
_NARROWS = {"mouthSmile": 0.19, "mouthStretch": 0.1}
"""A wider mouth needs a wider jaw for the same ratio: each side's share."""
_PRESS = 0.2
"""Closing beyond the reference's lips that presses them in full, chin and all."""


def _row(values: dict[str, float]) -> Floats:
    row = np.zeros(len(BLENDSHAPES))
    for name, value in values.items():
        for side in ("", *_SIDES):
            if name + side in SHAPE_INDEX:
                row[SHAPE_INDEX[name + side]] = value
    return row


def _both(name: str) -> list[int]:
    return [SHAPE_INDEX[name + side] for side in _SIDES]


_BLINK, _WIDE, _SQUINT = _both("eyeBlink"), _both("eyeWide"), _both("eyeSquint")
_SQUINTS = float(_CLOSES[_SQUINT[0], 0])
_WIDENS = float(-_CLOSES[_WIDE[0], 0])
_PARTING, _WIDTH = _row(_PARTS), _row(_NARROWS)
_PARTERS = np.flatnonzero(_PARTING)
_OPEN = SHAPE_INDEX["jawOpen"]
_PRESSED = _both("mouthPress")
_PRESSES = _row({"mouthPress": 0.6, "mouthRollLower": 0.2, "mouthShrugLower": 0.4})


def lid_closings(weights: Floats) -> Floats:
    """(..., 2) closing of the right and the left eye as a share of the opening, of (..., 52)."""
    return np.asarray(np.minimum(weights @ _CLOSES, 1.0))


def fill_eyes(weights: Floats, closing: Floats) -> None:
    """Set blink, squint and widening of ``weights`` (..., 52), in place, so that the right and
    the left eye close by ``closing`` (..., 2), a share of their opening; negative widens."""
    closing = np.minimum(_beyond(closing, _DEAD_LIDS) / (_SHUT - _DEAD_LIDS), 1.0)
    squint = weights[..., _SQUINT]
    weights[..., _SQUINT] = 0.0
    left = closing - weights @ _CLOSES
    weights[..., _SQUINT] = np.clip(left / _SQUINTS, 0.0, squint)
    left = left - weights[..., _SQUINT] * _SQUINTS
    weights[..., _BLINK] = np.clip(left, 0.0, 1.0)
    weights[..., _WIDE] = np.clip(-left / _WIDENS, 0.0, 1.0)


def lip_opening(weights: Floats) -> Floats:
    """(...) change of the lips' opening over width with blendshapes (..., 52); negative where
    lips are pressed on each other."""
    opened = weights[..., _OPEN] * _JAW + weights @ _PARTING
    pressed = weights[..., _PRESSED].mean(axis=-1) / _PRESSES[_PRESSED[0]] * _PRESS
    return np.asarray(opened / (1.0 + weights @ _WIDTH) - pressed)


def fill_lips(weights: Floats, opened: Floats) -> None:
    """Set the jaw of ``weights`` (..., 52), in place, so that opening over width of the lips
    changes by ``opened`` (...). Lips that shut further are pressed on each other."""
    opened = _beyond(opened, _DEAD_LIPS)
    wanted = np.maximum(opened, 0.0) * (1.0 + weights @ _WIDTH)
    parted = weights @ _PARTING
    share = np.minimum(1.0, wanted / np.maximum(parted, 1e-6))
    weights[..., _PARTERS] *= share[..., None]
    weights[..., _OPEN] = np.clip((wanted - parted * share) / _JAW, 0.0, 1.0)
    pressed = np.clip(-opened / _PRESS, 0.0, 1.0)
    np.maximum(weights, pressed[..., None] * _PRESSES, out=weights)


def _beyond(change: Floats, dead: float) -> Floats:
    """The change less a dead zone about 0."""
    return np.asarray(change - np.clip(change, -dead, dead))
