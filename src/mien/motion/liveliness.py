"""Micro-motion of a held expression: no living face holds it quite still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite
from mien.motion.moment import Moment
from mien.motion.noise import Wander
from mien.types import Floats

SWELL, OWN, LEAN = 0.03, 0.05, 0.03
"""At most, in shares of a weight: what the whole face does together, what each pair of muscles
does by itself, and how much stronger one side gets while the other gets weaker."""
_MOST = SWELL + OWN + LEAN
_FULLNESS = 8
"""Power of a weight w: up to about .8 it moves freely, and w (1 + .11 (1 - w^8)), the most it
gets, rises to 1 and no further. A weight cut off at 1 would stop with a jerk."""
_SPACING_S, _LEAN_SPACING_S = 0.9, 2.5

_STEADY = np.array([name.startswith(("eyeBlink", "eyeLook")) for name in BLENDSHAPES])
"""Blinks must shut the eyes, and a look must stay where it is."""


def _pairs() -> NDArray[np.intp]:
    """(52,) one number for both sides of a shape."""
    return np.array([min(SHAPE_INDEX[name], SHAPE_INDEX[opposite(name)]) for name in BLENDSHAPES])


def _sides() -> Floats:
    """(52,) 1 on the person's left, -1 on the right, 0 for what has no side."""
    return np.array([n.endswith("Left") * 1.0 - n.endswith("Right") for n in BLENDSHAPES])


_PAIR, _SIDE = _pairs(), _sides()


def enliven(moment: Moment, time_s: float, *, seed: int = 0) -> Moment:
    """The moment with its weights scaled by slow noise of about 5 %, within 0..1.

    What is at rest stays at rest; lids that blink, gaze and the head are left alone.
    """
    muscles = Wander(seed, "muscles", len(BLENDSHAPES) + 1, _SPACING_S)(time_s)
    lean = Wander(seed, "lean", len(BLENDSHAPES), _LEAN_SPACING_S)(time_s)
    change = SWELL * muscles[-1] + OWN * muscles[_PAIR] + LEAN * lean[_PAIR] * _SIDE
    # full weights have no room above: they move half as much, and only down
    full = 0.5 * moment.weights**_FULLNESS
    change = change * (1.0 - full) - _MOST * full
    factor = np.where(_STEADY, 1.0, 1.0 + change)
    return replace(moment, weights=(moment.weights * factor).astype(np.float32))
