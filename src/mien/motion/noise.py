"""Randomness without a state: any value at any time, from a seed alone.

Values are drawn by hashing (seed, stream, slot), so that the same seed gives the same motion on
every machine and in any order of asking, and an hour in costs as much as the first second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_128

import numpy as np

from mien.types import Floats

FOREVER_S = float(2**20)
"""A period that nobody sees the end of: twelve days."""


@lru_cache(maxsize=4096)  # neighbouring moments draw the same
def draw(seed: int, stream: str, slot: int, count: int) -> Floats:
    """(count,) float64, read-only, even over 0..1: always the same for the same arguments."""
    digest = shake_128(f"{seed}/{stream}/{slot}".encode()).digest(4 * count)
    drawn = np.frombuffer(digest, "<u4") / 2.0**32
    drawn.flags.writeable = False
    return drawn


@dataclass(frozen=True, slots=True)
class Wander:
    """Values that wander smoothly between -1 and 1 and come back after ``period_s``.

    A uniform cubic B-spline over evenly drawn knots about ``spacing_s`` apart: continuous up to
    its second derivative, within its knots' range, standard deviation about .4. Little of it is
    faster than half a turn per knot. Each of ``size`` values wanders on its own.
    """

    seed: int
    stream: str
    size: int
    spacing_s: float
    period_s: float = FOREVER_S

    def __call__(self, time_s: float) -> Floats:
        """(size,) float64 at a time."""
        num_knots = slots_in(self.period_s, self.spacing_s)
        at = time_s / self.period_s * num_knots
        before = math.floor(at)
        knots = _knots(self.seed, self.stream, self.size, before, num_knots)
        return np.asarray(_spline_shares(at - before) @ knots)


@lru_cache(maxsize=256)  # neighbouring moments lie between the same
def _knots(seed: int, stream: str, size: int, before: int, num_knots: int) -> Floats:
    """(4, size) float64, read-only, -1..1: knot ``before``, the one before it and two after."""
    drawn = [draw(seed, stream, (before + step) % num_knots, size) for step in (-1, 0, 1, 2)]
    knots = 2.0 * np.stack(drawn) - 1.0
    knots.flags.writeable = False
    return knots


def slots_in(period_s: float, mean_s: float) -> int:
    """How many slots of about ``mean_s`` make up a period; at least one."""
    return max(1, round(period_s / mean_s))


def _spline_shares(t: float) -> Floats:
    """Shares of the four knots around a place ``t`` of the way from the second to the third."""
    u = 1.0 - t
    shares = (u**3, 3 * t**3 - 6 * t**2 + 4, 3 * u**3 - 6 * u**2 + 4, t**3)
    return np.array(shares) / 6.0
