"""Blinks of somebody who speaks: as often as at rest, but where the speech lets them.

Speakers blink where a phrase ends (Condon and Ogston 1967, A segmentation of behavior).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from mien.motion.idle.blinks import LONGEST_S, lids_shut
from mien.motion.idle.recurrence import Recurrence
from mien.motion.noise import FOREVER_S

_MEAN_S, _SPREAD = 3.2, 0.4
"""19 a minute."""
_FORWARD_S = 1.3
"""A blink that is due so soon happens in a pause instead."""
_APART_S = 0.6


@dataclass(frozen=True, slots=True)
class SpeechBlinks:
    """How far the lids are shut, 0..1, at a time. pauses: when they begin, in order; read anew at
    every call."""

    seed: int

    def __call__(self, time_s: float, pauses: Sequence[float]) -> float:
        events = Recurrence(self.seed, "speech blinks", _MEAN_S, _SPREAD, FOREVER_S)
        latest = events.latest(time_s)
        shut = 0.0
        for slot in (latest, latest + 1):
            since_s = time_s - _begins(events, slot, pauses)
            if 0.0 < since_s < LONGEST_S:
                shut = max(shut, lids_shut(since_s, events.draw(slot, 5)[1:]))
        return shut


def _begins(events: Recurrence, slot: int, pauses: Sequence[float]) -> float:
    due_s = events.time_of(slot)
    earliest_s = max(due_s - _FORWARD_S, events.time_of(slot - 1) + _APART_S)
    at = bisect_left(pauses, earliest_s)
    return pauses[at] if at < len(pauses) and pauses[at] < due_s else due_s
