"""What happens while a driver's face is out of sight.

The last pose is held for a moment, then eases back to the reference; when the face returns, the
motion eases in to it again. Nothing jumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from mien.motion.blending import blend
from mien.motion.fields import smoothstep
from mien.types import MotionFrame

HOLD_S = 0.3
RETURN_S = 0.7
"""How long the last pose is held, and how long the way back to the reference takes."""
EASE_IN_S = 0.3
"""How long, at most, a face that is seen again takes to have the motion to itself."""


def bridge_losses(
    seen: Iterable[tuple[int, MotionFrame | None]], reference: MotionFrame, time_base: Fraction
) -> Iterator[MotionFrame]:
    """A frame for every (pts, frame or None) of a driver; None is a picture without a face.

    Seen frames have presence 1. Bridged ones have less, falling to 0 until the reference is
    reached, and no pixels: count them to know how often the face was lost.
    """
    absent = replace(reference, presence=0.0, pixels=None)
    step_s = float(time_base)
    left_from = shown = absent
    lost_s = ease_s = since_s = 0.0
    for pts, frame in seen:
        if frame is None:
            left_from = left_from if lost_s > 0.0 else shown
            lost_s += step_s
            back = float(smoothstep((lost_s - HOLD_S) / RETURN_S))
            presence = max(0.0, left_from.presence - lost_s / (HOLD_S + RETURN_S))
            shown = replace(blend(left_from, absent, back), pts=pts, presence=presence)
        else:
            if lost_s > 0.0:
                left_from, ease_s, since_s = shown, min(EASE_IN_S, lost_s), 0.0
            lost_s = 0.0
            since_s += step_s
            shown = _eased_in(left_from, frame, since_s / ease_s if ease_s else 1.0)
        yield shown


def _eased_in(start: MotionFrame, seen: MotionFrame, progress: float) -> MotionFrame:
    if progress >= 1.0:
        return seen
    return replace(blend(start, seen, float(smoothstep(progress))), presence=1.0)
