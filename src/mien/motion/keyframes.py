"""Smooth curves through a few values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from mien.types import Floats

Keys: TypeAlias = Sequence[tuple[float, float]]
"""(time, value), times rising."""


def interpolate(keys: Keys, times: Floats) -> Floats:
    """Values at any times: a monotone cubic through the keys (Fritsch and Carlson 1980), which
    never overshoots them; constant outside."""
    at, value = np.array(keys, np.float64).T
    if len(at) == 1:
        return np.full(np.shape(times), value[0])
    times = np.clip(times, at[0], at[-1])
    left = np.clip(np.searchsorted(at, times, side="right") - 1, 0, len(at) - 2)
    step = np.diff(at)
    slope = _slopes(step, np.diff(value) / step)
    width = step[left]
    t = (times - at[left]) / width
    start, end = value[left], value[left + 1]
    rise = t * t * (3.0 - 2.0 * t)
    return np.asarray(
        start
        + (end - start) * rise
        + width * t * (1.0 - t) * ((1.0 - t) * slope[left] - t * slope[left + 1])
    )


def _slopes(step: Floats, secant: Floats) -> Floats:
    """Slope at each key: 0 at the ends and at turning points, else a weighted harmonic mean."""
    slope = np.zeros(len(secant) + 1)
    before, after = secant[:-1], secant[1:]
    rising = before * after > 0.0
    near, far = (2.0 * step[1:] + step[:-1])[rising], (step[1:] + 2.0 * step[:-1])[rising]
    slope[1:-1][rising] = (near + far) / (near / before[rising] + far / after[rising])
    return slope
