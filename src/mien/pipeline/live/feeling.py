"""What a live face feels: the way from one expression to the next, whenever it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from mien.motion.easing import eased
from mien.motion.moment import REST, Moment, blend_moments

_MOST_WAYS = 16
"""Transitions that may run at a time; where more are asked for, the oldest stop where they are."""


@dataclass(frozen=True, slots=True)
class _Way:
    start_s: float
    length_s: float
    target: Moment

    def share(self, time_s: float) -> float:
        elapsed_s = time_s - self.start_s
        return 1.0 if elapsed_s >= self.length_s else eased(elapsed_s / self.length_s)


class Feeling:
    """Goes from whatever is shown to what is felt next, as :mod:`mien.motion.timeline` does: a
    transition that is interrupted goes on beneath the one that interrupts it, so neither place nor
    speed jump. Time only goes forward."""

    def __init__(self, start: Moment = REST) -> None:
        self._base = start
        self._ways: list[_Way] = []

    def go_to(self, target: Moment, time_s: float, length_s: float) -> None:
        """Begin at a time; ``length_s`` of 0 is there at once."""
        self._ways.append(_Way(time_s, length_s, target))
        if len(self._ways) > _MOST_WAYS:
            oldest = self._ways.pop(0)
            self._base = blend_moments(self._base, oldest.target, oldest.share(time_s))

    def at(self, time_s: float) -> Moment:
        """What is shown at a time."""
        self._forget(time_s)
        shown = self._base
        for way in self._ways:
            shown = blend_moments(shown, way.target, way.share(time_s))
        return shown

    def _forget(self, time_s: float) -> None:
        """What lies beneath a transition that is over."""
        for number in range(len(self._ways) - 1, -1, -1):
            if self._ways[number].share(time_s) >= 1.0:
                self._base = self._ways[number].target
                del self._ways[: number + 1]
                return
