"""Gentle nods, as of somebody who listens and agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mien.motion.idle.recurrence import Recurrence

_MEAN_S, _SPREAD = 5.0, 0.35
_DEPTH_DEG = (4.0, 5.5)
_DIPS = ((0.0, 0.68, 1.0), (0.6, 0.6, 0.55), (1.15, 0.5, 0.22))
"""Start and length in seconds, and depth: a nod swings out."""


@dataclass(frozen=True, slots=True)
class Nods:
    """Degrees that the head is lowered at a time."""

    seed: int
    period_s: float

    def __call__(self, time_s: float) -> float:
        events = Recurrence(self.seed, "nods", _MEAN_S, _SPREAD, self.period_s)
        slot = events.latest(time_s)
        since = time_s - events.time_of(slot)
        shallow, deep = _DEPTH_DEG
        depth = shallow + (deep - shallow) * events.draw(slot, 2)[1]
        return float(depth * sum(_dip((since - at) / takes) * part for at, takes, part in _DIPS))


def _dip(t: float) -> float:
    return math.sin(math.pi * t) ** 2 if 0.0 < t < 1.0 else 0.0
