"""One named expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.checks import check_number
from mien.motion.moment import Moment
from mien.types import Floats

DEFAULT_INTENSITY = 0.7
"""How strongly an expression is worn if nobody says: clear to everyone who sees it, and short of
the most that a face does, which is what the table describes."""


@dataclass(frozen=True, slots=True)
class CoarseParameters:
    """An expression in the four numbers that simpler avatars know.

    mouth: opening, 0..1. eyes: opening, 1 = as at rest. eyebrows: height, -1..1. scale: strength,
    1 = neutral. They describe; what is rendered are the blendshapes, which agree with them in sign
    and order.
    """

    mouth: float = 0.0
    eyes: float = 1.0
    eyebrows: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """What a face does while it feels something.

    action_units: of the Facial Action Coding System, such as ``AU12``. weights: (52,) float32
    blendshapes at intensity 1. angles: yaw, pitch, roll of the head in degrees at intensity 1.
    valence, arousal: -1..1, place in Russell's circumplex: unpleasant to pleasant, calm to excited.
    origin: where it was defined.
    """

    name: str
    description: str
    action_units: tuple[str, ...]
    weights: Floats
    angles: tuple[float, float, float]
    coarse: CoarseParameters
    valence: float
    arousal: float
    origin: str

    def moment(self, intensity: float = DEFAULT_INTENSITY) -> Moment:
        """The face at an intensity, 0 (neutral) to 1 (as in the table); every blendshape and
        angle grows in proportion. It replaces the portrait's own expression, at 0 too.
        OptionError for any other intensity."""
        check_intensity(intensity)
        yaw, pitch, roll = (angle * intensity for angle in self.angles)
        weights = self.weights * np.float32(intensity)
        return Moment(weights, (yaw, pitch, roll), own_expression=0.0)


def check_intensity(intensity: float) -> None:
    """OptionError unless it is a number from 0 to 1."""
    check_number("--intensity", intensity, 0, 1)
