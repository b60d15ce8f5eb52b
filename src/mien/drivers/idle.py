"""Idle motion as a driver."""

from __future__ import annotations

from fractions import Fraction

from mien.drivers.length import check_bounds, checked_rate, frames_in
from mien.drivers.moments import drive_with_moments
from mien.motion.idle import find_idle
from mien.types import Motion


def drive_idle(
    name: str,
    *,
    seed: int = 0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction = Fraction(30),
) -> Motion:
    """A face that waits: ``blink``, ``nod`` or ``natural``, for one loop of its own length or
    for ``duration_s``. Same seed, same frames.

    What it does repeats only after the whole duration, and the last frame leads to the first, so
    that the result can be played in a loop. ``max_frames`` cuts it short. Raises OptionError for
    an unknown name and for numbers that cannot be.
    """
    rate = checked_rate(fps)
    check_bounds(duration_s, max_frames)
    idle = find_idle(name)
    length_s = idle.loop_s if duration_s is None else duration_s
    # the period is a whole number of frames, so that the loop closes between two of them
    num_frames = frames_in(length_s, rate)
    moment_at = idle.make(seed, float(num_frames / rate))
    shown = min(num_frames, max_frames or num_frames)
    return drive_with_moments(moment_at, fps=rate, num_frames=shown)
