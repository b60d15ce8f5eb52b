"""When pictures are shown: exact rates, and resampling by timestamps to a constant rate. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

MAX_RATE = Fraction(240)
"""Frames per second that a container may claim and be believed."""
MAX_GAP_S = 600
"""Longest time one picture may stand; a longer one means broken timestamps."""
_DEFAULT_RATE = Fraction(25)
_COMMON_RATES = tuple(
    Fraction(*pair)
    for pair in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001),
                 (60, 1), (120, 1))
)  # fmt: skip
_LARGEST_DENOMINATOR = 1001

T = TypeVar("T")


class TimestampError(ValueError):
    """Timestamps no player could follow."""


@dataclass(frozen=True, slots=True)
class Timed(Generic[T]):
    """A picture, shown from ``time`` until ``end`` seconds unless another one comes."""

    time: Fraction
    end: Fraction
    picture: T


def nominal_rate(average: Fraction | None, guessed: Fraction | None) -> Fraction:
    """The constant rate that stands for a stream.

    average: pictures by duration. guessed: the rate the timestamps lie on. A constant rate is
    kept exactly; a variable one becomes the common rate within 1 % of its average.
    """
    candidates = [r for r in (average, guessed) if r is not None and 0 < r <= MAX_RATE]
    if not candidates:
        return _DEFAULT_RATE
    rate = candidates[0]
    if rate in _COMMON_RATES or (average == guessed and rate.denominator <= _LARGEST_DENOMINATOR):
        return rate
    nearest = min(_COMMON_RATES, key=lambda common: abs(common - rate))
    if abs(nearest - rate) <= rate / 100:
        return nearest
    return max(rate.limit_denominator(_LARGEST_DENOMINATOR), Fraction(1, _LARGEST_DENOMINATOR))


def slots_until(end: Fraction, start: Fraction, rate: Fraction) -> int:
    """Slots of ``rate``, counted from ``start``, that are at least half over before ``end``."""
    return max(0, int((end - start) * rate + Fraction(1, 2)))


def num_slots(last: Timed[T], start: Fraction, rate: Fraction) -> int:
    """How many pictures `resample` makes without a ``count`` of a stream that ends so."""
    if last.end <= start:
        return 0
    before_it = math.ceil((last.time - start) * rate)
    return max(1, before_it, slots_until(last.end, start, rate))


def resample(
    pictures: Iterator[Timed[T]], rate: Fraction, start: Fraction, count: int | None
) -> Iterator[T]:
    """The picture of each moment ``start + k / rate``: ``count`` of them, or until the end.

    A moment gets the nearest picture less than half a period away, which forgives jitter,
    else the last one before it. Raises TimestampError on a gap of more than MAX_GAP_S.
    """
    current = next(pictures, None)
    if current is None:
        return
    following = next(pictures, None)
    slot = 0
    while count is None or slot < count:
        moment = start + slot / rate
        while following is not None and _is_better(following, current, moment, rate):
            current, following = following, next(pictures, None)
        if following is None and slot >= num_slots(current, start, rate):
            return
        if following is not None and following.time - current.time > MAX_GAP_S:
            raise TimestampError(f"its timestamps jump at {float(current.time):.1f} s")
        yield current.picture
        slot += 1


def _is_better(following: Timed[T], current: Timed[T], moment: Fraction, rate: Fraction) -> bool:
    ahead = following.time - moment
    if ahead <= 0:
        return True
    return ahead < min(abs(moment - current.time), 1 / (2 * rate))
