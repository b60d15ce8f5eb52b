"""Blinks at human rates.

At rest people blink 17 times a minute on average (Bentivoglio et al. 1997, Analysis of blink rate
patterns in normal subjects). Lids close faster than they open (VanderWerf et al. 2003, Eyelid
movements: behavioral studies of blinking in humans under different stimulus conditions). Large
shifts of gaze come with a blink (Evinger et al. 1994, Not looking while leaping).
"""

from __future__ import annotations

from dataclasses import dataclass

from mien.motion.easing import eased
from mien.motion.idle.glances import Glances
from mien.motion.idle.recurrence import Recurrence
from mien.types import Floats

MEAN_S = 3.5
"""Between two blinks: 17 a minute."""
_SPREAD = 0.6
_CLOSING_S, _SHUT_S, _OPENING_S = (0.07, 0.1), (0.03, 0.05), (0.14, 0.22)
"""Shortest and longest: a blink takes 240 to 370 ms."""
LONGEST_S = sum(longest for _, longest in (_CLOSING_S, _SHUT_S, _OPENING_S))
_DEPTH = (0.92, 1.0)
_REACH_S = 0.4
"""A blink joins a large shift of gaze that is no further away than this. Two blinks are always
more than twice as far apart."""


@dataclass(frozen=True, slots=True)
class Blinks:
    """How far the lids are shut, 0..1, at a time. A period of less than half a mean interval
    has no blinks."""

    seed: int
    period_s: float
    glances: Glances | None = None

    def __call__(self, time_s: float) -> float:
        if self.period_s < MEAN_S / 2:
            return 0.0
        events = Recurrence(self.seed, "blinks", MEAN_S, _SPREAD, self.period_s)
        latest = events.latest(time_s)
        # joining a shift of gaze may bring the next blink forward
        return max(self._lids(events, slot, time_s) for slot in (latest, latest + 1))

    def _lids(self, events: Recurrence, slot: int, time_s: float) -> float:
        planned_s = events.time_of(slot)
        if not -_REACH_S < time_s - planned_s < _REACH_S + LONGEST_S:
            return 0.0
        return lids_shut(time_s - self._onset(planned_s), events.draw(slot, 5)[1:])

    def _onset(self, time_s: float) -> float:
        """A blink's, or that of the shift of gaze it joins."""
        if self.glances is None:
            return time_s
        shift_s = self.glances.large_shift_near(time_s, _REACH_S)
        return time_s if shift_s is None else shift_s


def lids_shut(since_s: float, chance: Floats) -> float:
    """How far the lids are shut, 0..1, some time after a blink began. chance: (4,) even over 0..1,
    what makes no two blinks alike."""
    closing, shut, opening, depth = (
        low + (high - low) * part
        for (low, high), part in zip(
            (_CLOSING_S, _SHUT_S, _OPENING_S, _DEPTH), chance.tolist(), strict=True
        )
    )
    opened = min(max((since_s - closing - shut) / opening, 0.0), 1.0)
    # lids lift quickly at first and settle slowly
    return float(depth * eased(since_s / closing) * (1.0 - eased(1.0 - (1.0 - opened) ** 1.5)))
