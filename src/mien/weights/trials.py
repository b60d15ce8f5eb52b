"""What trials of networks measure: how long work takes, and how far apart pictures are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from mien.types import Image

T = TypeVar("T")


def fastest(rounds: int, work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the fastest of so many, after one that does not count, and what was made last.
    ``work`` ends when all of it is done, on a card too."""
    made, seconds = work(), math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        made = work()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, made


def differences(expected: Image, given: Image) -> tuple[float, float]:
    """Peak signal to noise ratio in decibels, and the mean difference in levels of 255."""
    levels = np.abs(given.astype(np.float64) - expected)
    noise = max(float(np.sqrt(np.mean(levels**2))), 1e-3)
    return round(20 * math.log10(255 / noise), 1), round(float(levels.mean()), 3)
