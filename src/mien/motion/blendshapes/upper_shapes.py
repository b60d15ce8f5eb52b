"""The blendshapes of brows, cheeks and nose, left halves and symmetric ones."""

from __future__ import annotations

import numpy as np

from mien.motion.fields import OFF_EYES, OFF_LIDS, X, Y, bump, field, left_side, near
from mien.types import Floats


def upper_shapes() -> dict[str, Floats]:
    """Displacements (478, 3) at full weight, in head units, by ARKit name."""
    return {**_brows(), **_cheeks_and_nose()}


def _brows() -> dict[str, Floats]:
    frowning = near(336, 0.25, 0.28) * OFF_EYES * left_side(0.16)
    outer = near(334, 0.3, 0.26) * OFF_LIDS * left_side()
    raised = bump(0.27, -0.2, 0.2, 0.28) + bump(-0.27, -0.2, 0.2, 0.28)
    raised = raised * OFF_LIDS
    # the brow tips about its middle
    tail = (bump(0.8, -0.15, 0.12, 0.16) + bump(-0.8, -0.15, 0.12, 0.16)) * OFF_EYES
    return {
        "browDownLeft": field(frowning, (-0.055, 0.125, -0.02))
        + field(near(293, 0.22, 0.22) * OFF_EYES, (-0.01, 0.095, 0)),
        "browInnerUp": field(raised, (0, -0.16, 0.01)) + field(tail, (0, 0.055, 0)),
        "browOuterUpLeft": field(outer, (0.01, -0.15, 0.02)),
    }


def _cheeks_and_nose() -> dict[str, Floats]:
    squint = bump(0.58, 0.44, 0.26, 0.2) * OFF_EYES * (X > 0)
    wing = near(358, 0.15) * left_side()
    lip = bump(0.17, 1.13, 0.15, 0.12) * (Y < 1.2) * left_side()
    bridge = bump(0.14, 0.12, 0.14, 0.2) * OFF_EYES * left_side()
    puffed = (bump(0.75, 1.1, 0.28, 0.32) + bump(-0.75, 1.1, 0.28, 0.32)) * OFF_EYES
    return {
        "cheekPuff": field(puffed * np.sign(X), (0.11, 0, 0)) + field(puffed, (0, 0, -0.12)),
        "cheekSquintLeft": field(squint, (0.01, -0.06, -0.02)),
        "noseSneerLeft": field(wing, (0.015, -0.075, 0))
        + field(lip, (0, -0.045, 0))
        + field(bridge, (0, -0.02, -0.02)),
    }
