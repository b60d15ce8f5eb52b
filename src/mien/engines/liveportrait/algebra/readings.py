"""What is known of the source and of each moment of the driver, in LivePortrait's own terms.

Keypoints are 21 rows (x right, y down, z inward) on a canvas that reaches from -1 to 1 across the
crop. ``ratios`` are openings over width as in :class:`mien.types.MotionFrame`: the eye on the
picture's left (LivePortrait's "left", the person's right), the other eye, the lips.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.engines.liveportrait.algebra.rotation import rotation_from_degrees
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.types import Floats

_ON_CANVAS = np.array([1.0, 1.0, 0.0])
"""Of a translation, motion does not use z."""


def place(
    canonical: Floats, rotation: Floats, expression: Floats, scale: float, translation: Floats
) -> Floats:
    """(21, 3) keypoints on the canvas: ``scale * (canonical @ rotation + expression)``, then
    moved by the translation's x and y."""
    moved = scale * (canonical @ rotation + expression) + translation * _ON_CANVAS
    return np.asarray(moved)


@dataclass(frozen=True, slots=True, eq=False)
class SourceMotion:
    """What the motion extractor says of the source picture, or of one picture of a film.

    canonical, expression: (21, 3). rotation: (3, 3) for row vectors. translation: (3,).
    ratios: (3,), None where they are not known, as of animals.
    keypoints: (21, 3) float32, where they lie on the canvas; made of the others.
    """

    canonical: Floats
    expression: Floats
    rotation: Floats
    scale: float
    translation: Floats
    ratios: Floats | None = None
    keypoints: Floats = field(init=False)

    def __post_init__(self) -> None:
        keypoints = place(
            self.canonical, self.rotation, self.expression, self.scale, self.translation
        )
        object.__setattr__(self, "keypoints", keypoints.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class DrivingMotion:
    """One moment of the driver.

    rotation: (3, 3) for row vectors. expression: (21, 3). scale, translation (3,): on its canvas.
    ratios: (3,), NaN where the driver leaves an opening to the face; None where it knows none.
    own_expression: 0..1, share of the source's own expression that stays beneath.
    closure: 0..1, how much the lips must touch. absolute_lips: whether the lips' keypoints replace
    the source's under relative motion, too.
    """

    rotation: Floats
    expression: Floats
    scale: float
    translation: Floats
    ratios: Floats | None = None
    own_expression: float = 1.0
    closure: float = 0.0
    absolute_lips: bool = False


def source_motion(reading: KeypointReading, ratios: Floats | None = None) -> SourceMotion:
    """The source's motion from what was read of its picture."""
    return SourceMotion(
        np.asarray(reading.canonical, np.float64),
        np.asarray(reading.expression, np.float64),
        rotation_from_degrees(reading.pitch, reading.yaw, reading.roll),
        reading.scale,
        np.asarray(reading.translation, np.float64),
        ratios,
    )


def driving_motion(reading: KeypointReading, ratios: Floats | None = None) -> DrivingMotion:
    """The driver's motion from what was read of its picture."""
    return DrivingMotion(
        rotation_from_degrees(reading.pitch, reading.yaw, reading.roll),
        np.asarray(reading.expression, np.float64),
        reading.scale,
        np.asarray(reading.translation, np.float64),
        ratios,
    )
