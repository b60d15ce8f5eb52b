"""Breath, and a head that is never quite still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.motion.easing import eased
from mien.motion.idle.recurrence import Recurrence
from mien.motion.noise import Wander
from mien.types import Floats

_BREATH_S = 4.0
"""15 breaths a minute; adults at rest take 12 to 18."""
_SPREAD = 0.25
_INHALING = 0.4
"""Share of a breath: letting go takes longer."""
_SHALLOWEST = 0.75

_QUICK_S, _SLOW_S = 1.5, 4.5
_QUICK = np.array((0.9, 0.6, 0.5, 0.006, 0.004, 0.001))
_SLOW = np.array((1.7, 0.9, 1.0, 0.020, 0.010, 0.004))
"""At most: yaw, pitch, roll in degrees; right and down in head units; scale."""


@dataclass(frozen=True, slots=True)
class Breath:
    """How full the lungs are, 0..1, at a time."""

    seed: int
    period_s: float

    def __call__(self, time_s: float) -> float:
        events = Recurrence(self.seed, "breath", _BREATH_S, _SPREAD, self.period_s)
        slot = events.latest(time_s)
        start, end = events.time_of(slot), events.time_of(slot + 1)
        part = (time_s - start) / (end - start)
        depth = 1.0 - (1.0 - _SHALLOWEST) * events.draw(slot, 2)[1]
        return float(depth * eased(part / _INHALING) * eased((1.0 - part) / (1.0 - _INHALING)))


@dataclass(frozen=True, slots=True)
class Sway:
    """(6,) yaw, pitch, roll in degrees, right and down in head units, and change of scale at a
    time: quick small movements on slow ones."""

    seed: int
    period_s: float

    def __call__(self, time_s: float) -> Floats:
        quick = Wander(self.seed, "quick sway", len(_QUICK), _QUICK_S, self.period_s)
        slow = Wander(self.seed, "slow sway", len(_SLOW), _SLOW_S, self.period_s)
        return np.asarray(_QUICK * quick(time_s) + _SLOW * slow(time_s))
