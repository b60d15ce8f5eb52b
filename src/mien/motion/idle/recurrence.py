"""Events that come back irregularly, within a period that closes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mien.motion.noise import draw, slots_in
from mien.types import Floats


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One event in each slot of about ``mean_s``, somewhere in the middle ``spread`` (0..1) of
    the slot: intervals lie between 1 - spread and 1 + spread slots. Slots are counted on beyond
    the period, whose events come again in each.
    """

    seed: int
    stream: str
    mean_s: float
    spread: float
    period_s: float

    @property
    def count(self) -> int:
        """Slots in the period."""
        return slots_in(self.period_s, self.mean_s)

    def draw(self, slot: int, count: int) -> Floats:
        """What chance says of a slot, (count,) even over 0..1."""
        return draw(self.seed, self.stream, slot % self.count, count)

    def time_of(self, slot: int) -> float:
        """When the event of a slot happens, in seconds."""
        place = 0.5 + self.spread * (self.draw(slot, 1)[0] - 0.5)
        return float(slot + place) * self.period_s / self.count

    def latest(self, time_s: float) -> int:
        """The slot of the last event at or before a time."""
        slot = math.floor(time_s / self.period_s * self.count)
        return slot if self.time_of(slot) <= time_s else slot - 1
