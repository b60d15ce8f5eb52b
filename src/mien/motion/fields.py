"""Smooth weights over the face template from which the blendshapes are made.

All work on the template: head units, x to the person's left (the image's right), y down,
z away from the camera.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mien.landmarks import INNER_LIPS, LEFT_EYE, NUM_LANDMARKS, OUTER_LIPS, RIGHT_EYE
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Floats

POINTS = FACE_TEMPLATE.landmarks.astype(np.float64)
X, Y, _ = POINTS.T
CORNER_X = float(POINTS[291, 0])
"""Half the width of the mouth."""
LIP_LINE = float((POINTS[13, 1] + POINTS[14, 1]) / 2)
ALONG = np.abs(X) / CORNER_X
"""0 in the middle of the face, 1 at the corners of the mouth."""

_OUTER_MIDDLE = (
    76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77,
)  # fmt: skip
_INNER_MIDDLE = (
    62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96,
)  # fmt: skip
LIP_RINGS = (OUTER_LIPS, _OUTER_MIDDLE, _INNER_MIDDLE, INNER_LIPS)
"""From the skin to the opening; each: corner, upper lip, corner, lower lip."""


def among(landmarks: Iterable[int]) -> NDArray[np.bool_]:
    """(478,) mask of some landmarks."""
    mask = np.zeros(NUM_LANDMARKS, bool)
    mask[list(landmarks)] = True
    return mask


UPPER_LIP = among(i for ring in LIP_RINGS for i in ring[1:10])
LOWER_LIP = among(i for ring in LIP_RINGS for i in ring[11:])
CORNERS = among(ring[k] for ring in LIP_RINGS for k in (0, 10))
BELOW_MOUTH = LOWER_LIP | ((POINTS[291, 1] < Y) & ~UPPER_LIP & ~CORNERS)
"""Lower lip and chin: what the jaw carries. The corners belong to neither lip."""
IRISES = np.arange(NUM_LANDMARKS) >= 468


def smoothstep(value: Floats | float, low: float = 0.0, high: float = 1.0) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth between; also with ``high < low``."""
    t = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def bump(x: float, y: float, width: float, height: float | None = None) -> Floats:
    """Gaussian of unit height around a place, (478,)."""
    across, down = (X - x) / width, (Y - y) / (height or width)
    return np.asarray(np.exp(-0.5 * (across**2 + down**2)))


def near(landmark: int, width: float, height: float | None = None) -> Floats:
    """:func:`bump` around a landmark."""
    return bump(float(X[landmark]), float(Y[landmark]), width, height)


def left_side(blend: float = 0.12) -> Floats:
    """1 on the person's left, 0 on the right; with its mirror image it sums to 1."""
    return smoothstep(X, -blend, blend)


def distance_to(landmarks: Iterable[int]) -> Floats:
    """Head units from each landmark of the template to the nearest of some, seen from the front,
    (478,)."""
    others = POINTS[list(landmarks), :2]
    return np.asarray(np.linalg.norm(POINTS[:, None, :2] - others, axis=2).min(axis=1))


OFF_EYES = smoothstep(distance_to(RIGHT_EYE + LEFT_EYE), 0.0, 0.16) * ~IRISES
"""0 on the lids and irises, 1 away from the eyes."""
OFF_LIDS = smoothstep(distance_to(RIGHT_EYE + LEFT_EYE), 0.05, 0.165) * ~IRISES
"""0 up to the lashes, little at the crease of the lid, 1 from the lower edge of the brows on: what
a raised brow takes along. The skin between stretches; lashes and the shade of the crease must
not."""


def field(weight: Floats, direction: tuple[float, float, float]) -> Floats:
    """(478, 3): a direction in head units, weighted."""
    return np.outer(weight, direction)


def mirrored(displacement: Floats) -> Floats:
    """(478, 3): the displacement seen in a mirror."""
    return np.asarray(displacement[FACE_TEMPLATE.mirror] * (-1.0, 1.0, 1.0))
