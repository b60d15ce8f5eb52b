"""A clip played on beyond its end, without a jump."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Literal, get_args

import numpy as np

from mien.motion.blending import blend
from mien.motion.fields import smoothstep
from mien.types import MotionFrame

Loop = Literal["none", "repeat", "pingpong", "hold"]
"""What follows a clip's last picture: nothing, the clip again, the clip backwards and so on, or
that last picture standing still."""
LOOPS: tuple[Loop, ...] = get_args(Loop)

Play = Callable[[bool], Iterable[MotionFrame]]
"""Starts a clip anew: from its beginning or, called with True, from its end backwards."""

EASE_S = 0.3
"""How long, at most, the way from a clip's end to its beginning takes."""
_FADE_S = 0.08
"""In about this time the speed that a clip ends with dies down."""
_NUM_PACED = 3
"""Frames at a clip's end that its speed is taken from: between two it is mostly tremble."""


def loop_motion(
    play: Play, loop: Loop, num_frames: int | None, time_base: Fraction
) -> Iterator[MotionFrame]:
    """The frames of a clip carried on to ``num_frames`` (None: to the clip's own end), numbered
    from 0 in units of ``time_base``. Every round is played anew, none is kept.

    Where ``repeat`` begins again, the motion goes on as it was going and eases into the new round
    within ``EASE_S``, half a round at most. Those frames have no pixels: the driver's picture is
    not what they show. ``pingpong`` shows the turning points once.
    """
    frames = islice(_rounds(play, loop, float(time_base)), num_frames)
    for pts, frame in enumerate(frames):
        yield replace(frame, pts=pts, time_base=time_base)


def _rounds(play: Play, loop: Loop, step_s: float) -> Iterator[MotionFrame]:
    latest: deque[MotionFrame] = deque(maxlen=_NUM_PACED)
    length = 0
    for frame in play(False):
        latest.append(frame)
        length += 1
        yield frame
    backwards = False
    while latest and loop != "none":
        if loop == "hold":
            yield latest[-1]
        elif loop == "repeat":
            again = _eased_in(tuple(latest), play(False), length, step_s)
            latest.clear()
            for frame in again:
                latest.append(frame)
                yield frame
        else:
            backwards = not backwards
            yield from islice(play(backwards), 1, None)
            if length == 1:
                yield latest[-1]


def _eased_in(
    before: tuple[MotionFrame, ...], frames: Iterable[MotionFrame], length: int, step_s: float
) -> Iterator[MotionFrame]:
    """The frames of a round of ``length`` after the last ones of the round before."""
    steps = min(math.ceil(EASE_S / step_s), max(1, length // 2))
    for number, frame in enumerate(frames, start=1):
        if number < steps:
            amount = float(smoothstep(number / steps))
            going_on = _going_on(before, number * step_s, step_s)
            yield replace(blend(going_on, frame, amount), pixels=None)
        else:
            yield frame


def _going_on(before: tuple[MotionFrame, ...], since_s: float, step_s: float) -> MotionFrame:
    """Where the motion of these frames leads after their last, at a speed that dies down."""
    first, last = before[0], before[-1]
    if len(before) == 1:
        return last
    beyond_s = _FADE_S * (1.0 - math.exp(-since_s / _FADE_S))
    travelled = blend(first, last, 1.0 + beyond_s / (step_s * (len(before) - 1)))
    return replace(
        travelled,
        blendshapes=np.clip(travelled.blendshapes, 0.0, 1.0),
        closure=min(1.0, max(0.0, travelled.closure)),
        own_expression=min(1.0, max(0.0, travelled.own_expression)),
        presence=last.presence,
        ratios=None if travelled.ratios is None else np.maximum(travelled.ratios, 0.0),
    )
