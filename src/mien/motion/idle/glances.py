"""Where the eyes look while nothing happens: at who is watching, with glances aside.

The eyes rest and jump; jumps last as long as they are wide (the main sequence: Bahill, Clark and
Stark 1975; about 21 ms and 2.2 ms per degree, Carpenter 1988). Small jumps are much more frequent
than large ones (Lee, Badler and Badler 2002, Eyes alive). The head follows large ones, later and
only part of the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mien.motion.easing import eased
from mien.motion.idle.recurrence import Recurrence
from mien.types import Floats

_MEAN_S, _SPREAD = 1.1, 0.5
CONTACT = 0.725
"""Share of the time for which the watcher is looked at. Every other glance goes aside; those that
do not happen make fixations last .5 to 2.9 s."""
_AT_WATCHER_DEG = (1.2, 0.7)
_LEAST_DEG, _MEAN_DEG, _MOST_DEG = 1.5, 3.0, 9.0
_FLATNESS = 0.5
"""Glances go this much less up and down than to the sides."""
_LARGE_DEG = 5.0
"""Shifts that a blink may join."""
_HEAD_FROM_DEG, _HEAD_SHARE = 2.5, 0.35
_HEAD_LATE_S, _HEAD_TAKES_S = 0.04, 0.36


@dataclass(frozen=True, slots=True)
class Look:
    """Degrees right (in the image) and up of straight ahead, in the world: of the eyes, and of
    the head that follows them."""

    eyes: Floats
    head: Floats


@dataclass(frozen=True, slots=True)
class Glances:
    """Saccades and fixations, over and over in ``period_s``. contact: .5..1, share of the time for
    which the watcher is looked at; those of the same seed look at the same places."""

    seed: int
    period_s: float
    contact: float = CONTACT

    def __call__(self, time_s: float) -> Look:
        """Where eyes and head are turned at a time."""
        slot = self._latest(time_s)
        start, end = self._target(self._previous(slot)), self._target(slot)
        since = time_s - self._events.time_of(slot)
        jumped = eased(since / _jump_s(start, end))
        turned = eased((since - _HEAD_LATE_S) / _HEAD_TAKES_S)
        head = _head(start) + (_head(end) - _head(start)) * turned
        return Look(start + (end - start) * jumped, head)

    def large_shift_near(self, time_s: float, reach_s: float) -> float | None:
        """When the eyes make a large jump no further than ``reach_s`` from a time; None if they
        make none."""
        latest = self._events.latest(time_s)
        for slot in (latest, latest + 1):
            shift_s = self._events.time_of(slot)
            near = abs(shift_s - time_s) <= reach_s and self._happens(slot)
            if near and _size(self._target(slot) - self._target(self._previous(slot))) > _LARGE_DEG:
                return shift_s
        return None

    @property
    def _events(self) -> Recurrence:
        return Recurrence(self.seed, "gaze", _MEAN_S, _SPREAD, self.period_s)

    def _latest(self, time_s: float) -> int:
        slot = self._events.latest(time_s)
        return slot if self._happens(slot) else slot - 1

    def _previous(self, slot: int) -> int:
        return slot - 1 if self._happens(slot - 1) else slot - 2

    def _is_aside(self, slot: int) -> bool:
        return slot % self._events.count % 2 == 1

    def _happens(self, slot: int) -> bool:
        """Never are two shifts in a row left out."""
        return not self._is_aside(slot) or bool(
            self._events.draw(slot, 2)[1] >= 2 * self.contact - 1
        )

    def _target(self, slot: int) -> Floats:
        chance = self._events.draw(slot, 5)[2:]
        if not self._is_aside(slot):
            return np.asarray((2.0 * chance[:2] - 1.0) * _AT_WATCHER_DEG)
        size = min(_LEAST_DEG - _MEAN_DEG * math.log(1.0 - chance[0]), _MOST_DEG)
        angle = 2.0 * math.pi * chance[1]
        return size * np.array((math.cos(angle), _FLATNESS * math.sin(angle)))


def _jump_s(start: Floats, end: Floats) -> float:
    return min(0.021 + 0.0022 * _size(end - start), 0.06)


def _head(target: Floats) -> Floats:
    size = max(_size(target), 1e-9)
    return np.asarray(target * (_HEAD_SHARE * max(size - _HEAD_FROM_DEG, 0.0) / size))


def _size(shift: Floats) -> float:
    return math.hypot(shift[0], shift[1])
