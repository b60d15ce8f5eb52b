"""How many frames a motion has: the numbers that drivers are given, checked."""

from __future__ import annotations

from fractions import Fraction
from numbers import Rational

from mien.checks import check_number, check_whole, shown
from mien.errors import OptionError
from mien.media.timing import MAX_RATE

MAX_DURATION_S = 86_400
"""A day: what is longer was not meant."""
_LARGEST_DENOMINATOR = 1001


def checked_rate(fps: Fraction | float) -> Fraction:
    """Frames per second, 1 to 240, as a fraction. OptionError for anything else."""
    check_number("--fps", fps, 1, float(MAX_RATE))
    if isinstance(fps, Rational):
        return Fraction(fps)
    return Fraction(float(fps)).limit_denominator(_LARGEST_DENOMINATOR)


def check_bounds(duration_s: float | None, max_frames: int | None) -> None:
    """OptionError unless a motion can be this long: None, or up to a day; None, or a frame."""
    if duration_s is not None:
        check_duration(duration_s)
    if max_frames is not None:
        check_whole("--max-frames", max_frames, least=1)


def check_duration(duration_s: float) -> None:
    """OptionError unless this is a time above 0, up to a day."""
    try:
        fits = 0 < duration_s <= MAX_DURATION_S
    except TypeError:
        fits = False
    if not fits:
        problem = f"{shown(duration_s)} is not a time above 0 and up to {MAX_DURATION_S} seconds"
        raise OptionError("--duration", problem)


def frames_in(length_s: float, rate: Fraction) -> int:
    """How many frames a time takes, one at least."""
    return max(1, round(Fraction(float(length_s)) * rate))
