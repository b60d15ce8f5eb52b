"""Opening over width of eyes and lips: as templates list it, and as the keypoints show it.

The gains are least squares over the 633 frames of five published LivePortrait templates (d1, d2,
d5, d7, d8) that hold both the expression and the measured ratios, each against its own mean. They
explain the ratios with a correlation of .97 (the eye on the picture's left), .96 (on its right)
and .95 (lips).
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.motion.keypoints.directions import GAUGED, NUM_KEYPOINTS, column, moves_of
from mien.types import Floats

_GAINS = (
    {"11y": -17.3, "13y": 16.3},
    {"15y": -17.3, "16y": 16.3},
    {"19y": 5.76, "20y": -7.84, "14y": 3.43, "17y": 6.1},
)
"""Change of the ratios of the right eye, the left eye and the lips per canvas unit."""
OPEN_EYE = 0.27
"""Opening over width of an eye at rest where a template has no ratios. The five templates begin
at .36, .32, .26, .45 and .28; a low value, so that small eyes shut too when they blink."""


def _gauges() -> Floats:
    gauges = np.zeros((NUM_KEYPOINTS * 3, len(_GAINS)))
    for index, gains in enumerate(_GAINS):
        for place, gain in gains.items():
            gauges[column(place), index] = gain
    return gauges


GAUGES = _gauges()
"""(63, 3): an expression's change times this is the change of the three ratios."""
GAUGED_MOVES = moves_of(GAUGED) / np.diag(moves_of(GAUGED) @ GAUGES)[:, None]
"""(3, 63): canvas units that change one ratio by 1 and leave the other two."""


def person_ratios(eyes: Floats, lips: Floats) -> Floats:
    """(..., 3) float32 ratios of the right eye, the left eye (the person's own) and the lips,
    from a template's lists: eyes (..., 2), lips (..., 1).

    The lists name sides as they lie in the picture: their left eye (points 0-23 of the 203) is
    the person's right. Keypoint 11, on which the editor's wink acts, follows the first column of
    the lists and keypoint 15 the second.
    """
    return np.concatenate([eyes, lips], axis=-1).astype(np.float32)


def template_ratios(ratios: Floats) -> tuple[Floats, Floats]:
    """A template's lists, eyes (..., 2) and lips (..., 1) float32: :func:`person_ratios` undone."""
    ratios = np.asarray(ratios, np.float32)
    return ratios[..., :2], ratios[..., 2:]


def openings(change: Floats) -> Floats:
    """(..., 3) change of the ratios that an expression's change (..., 63) shows. Each eye shuts
    by itself, but eyes widen together: one that seems to widen alone belongs to a turning head."""
    opened = change @ GAUGES
    wider = np.maximum(opened[..., :2], 0.0)
    opened[..., :2] += wider.mean(axis=-1, keepdims=True) - wider
    return cast(Floats, opened)
