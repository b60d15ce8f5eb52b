"""How deep each fold is in an expression."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.engines.mesh.folds.curves import FOLDS, Fold
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.fields import smoothstep
from mien.types import Floats


def _sided(causes: Mapping[str, float], side: str) -> Floats:
    """(52,) what each blendshape contributes to a fold of this side, or to one of both."""
    row = np.zeros(len(BLENDSHAPES))
    for name, share in causes.items():
        if name in SHAPE_INDEX:
            row[SHAPE_INDEX[name]] = share
        elif side:
            row[SHAPE_INDEX[name + side]] = share
        else:
            row[[SHAPE_INDEX[name + "Left"], SHAPE_INDEX[name + "Right"]]] = share / 2
    return row


PARTS: tuple[tuple[Fold, bool], ...] = tuple(
    (fold, mirror)
    for fold in FOLDS.values()
    for mirror in ((False, True) if fold.paired else (False,))
)
"""Every fold there is, and whether it is the one on the person's right."""

_CAUSES = np.array(
    [
        _sided(fold.causes, ("Left", "Right")[mirror] if fold.paired else "")
        for fold, mirror in PARTS
    ]
)


def fold_depths(weights: Floats) -> Floats:
    """Depth of each of ``PARTS``, 0..1, for blendshape weights (52,): nearly none for a hint of
    an expression, growing with every cause."""
    return smoothstep(_CAUSES @ np.clip(np.asarray(weights, np.float64), 0.0, 1.0))
