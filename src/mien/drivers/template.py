"""A motion template as a driver."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from mien.checks import check_choice, check_number
from mien.drivers.length import check_bounds, checked_rate, frames_in
from mien.drivers.looping import LOOPS, Loop, loop_motion
from mien.errors import OptionError
from mien.motion.blending import blend
from mien.templates import MotionTemplate, read_template
from mien.types import Motion, MotionFrame


def drive_with_template(
    path: str | Path,
    *,
    start_s: float = 0.0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction | None = None,
    loop: Loop = "none",
) -> Motion:
    """The motion that a ``.mien`` file or a LivePortrait pickle holds.

    start_s: where in the template to begin; the reference stays the template's own. duration_s,
    max_frames: bounds of the result, with a ``loop`` beyond the template's end. fps: between its
    frames the motion is blended.

    Raises TemplateError for what is no sound template, OptionError for a start beyond the end, a
    loop without end and numbers that cannot be.
    """
    check_number("--start", start_s, 0, math.inf)
    check_choice("--loop", loop, LOOPS)
    check_bounds(duration_s, max_frames)
    template = read_template(path)
    rate = template.rate if fps is None else checked_rate(fps)
    start = Fraction(start_s) * template.rate
    if start >= template.num_frames:
        problem = f"{start_s:g} is beyond the end of {path} ({template.duration_s:.2f} s)"
        raise OptionError("--start", problem)
    step = template.rate / rate
    length = max(1, round((template.num_frames - start) / step))
    wanted = _wanted(rate, duration_s, max_frames)
    if loop == "none":
        wanted = length if wanted is None else min(length, wanted)
    elif wanted is None:
        raise OptionError("--loop", "needs --duration or --max-frames, so that it ends")
    num_frames = wanted

    def play(backwards: bool) -> Iterator[MotionFrame]:
        numbers = range(length - 1, -1, -1) if backwards else range(length)
        for pts, number in enumerate(numbers):
            yield _moment(template, start + number * step, pts, 1 / rate)

    reference = template.moment(0, pts=0, time_base=1 / rate)
    frames = loop_motion(play, loop, num_frames, 1 / rate)
    return Motion(reference, frames, rate, num_frames)


def _wanted(rate: Fraction, duration_s: float | None, max_frames: int | None) -> int | None:
    limits = [] if max_frames is None else [max_frames]
    if duration_s is not None:
        limits.append(frames_in(duration_s, rate))
    return min(limits, default=None)


def _moment(
    template: MotionTemplate, place: Fraction, pts: int, time_base: Fraction
) -> MotionFrame:
    """The motion at a place counted in frames; the last frame stands until the end."""
    number = math.floor(place)
    row = template.first_frame + min(number, template.num_frames - 1)
    before = template.moment(row, pts=pts, time_base=time_base)
    if place == number or number >= template.num_frames - 1:
        return before
    after = template.moment(row + 1, pts=pts, time_base=time_base)
    return blend(before, after, float(place - number))
