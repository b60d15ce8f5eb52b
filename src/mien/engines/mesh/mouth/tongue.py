"""A painted tongue behind the teeth: on the floor of the mouth, or raised to the upper teeth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mien.engines.mesh.mouth.blending import Field, in_shade, smooth
from mien.engines.mesh.mouth.opening import Opening
from mien.types import Floats

RED_SHADOWS = 0.6
"""How much redder than its light parts a tongue is in its own shade."""
_HALF_WIDTH = 0.3
"""Head units, in a mouth of usual width."""
_EDGE, _RAISED_EDGE = 0.05, 0.022
"""How softly it ends in the dark, and in the light."""
_DARK, _RAISED_DARK = 0.34, 0.64
"""Light on its far end."""
_SHINE = 0.3


@dataclass(frozen=True, slots=True)
class TonguePlace:
    """Where a tongue lies, head units in the head frame.

    centre: x. floor: y of the lower end of what is seen of it. ceiling: y of the tips of the
    upper teeth. gap: of the lips. scale: of the mouth against a usual one. light: 0..1. up: 0
    at rest, 1 with its tip at the upper teeth.
    """

    centre: float
    floor: float
    ceiling: float
    gap: float
    scale: float
    light: float
    up: float


def rest_tongue(background: Field, opening: Opening, colour: Floats, place: TonguePlace) -> Field:
    """The tongue before a background (h', w', 3) on the opening's grid."""
    across = (opening.x - _f(place.centre)) * _f(1 / (_HALF_WIDTH * place.scale))
    low = 0.1 + 0.42 * float(np.clip(1.2 * place.gap, 0, 0.5))
    rise = _between(low, max(low, place.floor - place.ceiling + 0.03), place.up)
    # flat in the middle, falling off at its sides
    top = _f(place.floor) - np.sqrt(np.maximum(1 - across**4, 0)) * _f(rise)
    edge = _between(_EDGE, _RAISED_EDGE, place.up)
    shown = smooth((opening.y - top) / _f(edge)) * (np.abs(across) < 1)
    high = np.clip((opening.y - top) / _f(rise), 0, 1)
    groove = 1 - 0.14 * np.exp(-((across / _f(0.16)) ** 2)) * (1 - high)
    dark = _between(_DARK, _RAISED_DARK, place.up)
    lit = (_f(dark) + _f(1 - dark) * smooth(high * 1.25)) * groove * (1 - 0.25 * across**2)
    # wet: a soft light on either side of the groove
    aside = (np.abs(across) - _f(0.3)) / _f(0.22)
    shine = np.exp(-(((high - _f(0.55)) / _f(0.2)) ** 2 + aside**2))
    lit = lit * (1 + _f(_SHINE) * shine) * _f(place.light)
    tongue = np.minimum(in_shade(colour, lit, colour, RED_SHADOWS), 255)
    return cast(Field, background + (tongue - background) * shown[..., None])


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


_f = np.float32
