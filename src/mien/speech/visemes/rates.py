"""Frames and their times: frame n of a rate stands for its centre, (n + 0.5) / rate seconds."""

from __future__ import annotations

import math
from fractions import Fraction

from mien.errors import OptionError

Rate = int | float | Fraction
LONGEST_S = 24 * 3600
"""Seconds that a sound may last."""
_LOWEST, _HIGHEST = 1, 1000
_LARGEST_DENOMINATOR = 1001


def exact_rate(fps: Rate, name: str = "fps") -> Fraction:
    """Frames per second as a fraction; 30000 / 1001 as a float is found again.

    Raises OptionError outside 1..1000, which is more than films have: curves may be finer.
    """
    if isinstance(fps, bool) or not isinstance(fps, int | float | Fraction):
        raise OptionError(name, f"{fps!r} is not a number of frames per second")
    if not _LOWEST <= fps <= _HIGHEST:
        raise OptionError(name, f"{fps} is not from {_LOWEST} to {_HIGHEST} frames per second")
    return Fraction(fps).limit_denominator(_LARGEST_DENOMINATOR)


def frame_at(time_s: float, rate: Fraction) -> int:
    """The first frame whose centre is not before a time."""
    return max(0, math.ceil(time_s * rate - 0.5))


def frame_count(duration_s: float, rate: Fraction) -> int:
    """Frames whose centre lies within a duration; one at least, unless there is no duration."""
    return max(1, frame_at(duration_s, rate)) if duration_s > 0 else 0
