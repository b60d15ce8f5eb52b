"""What a face does at any time of a timeline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from mien.motion.easing import eased
from mien.motion.expressions import Expression, find_expression, load_expressions
from mien.motion.moment import REST, Moment, MomentAt, blend_moments
from mien.motion.timeline.keyframes import Timeline


def keyframe_targets(
    timeline: Timeline, expressions: Mapping[str, Expression] | None = None
) -> list[Moment]:
    """What each keyframe goes to. ``expressions``: what its names mean; the built-in ones if none
    are given. Raises ExpressionError for a name that means nothing."""
    known = load_expressions() if expressions is None else expressions
    return [find_expression(known, k.expression).moment(k.intensity) for k in timeline.keyframes]


def timeline_moments(timeline: Timeline, targets: Sequence[Moment]) -> MomentAt:
    """The moment at a time in seconds; ``targets`` is what each keyframe goes to.

    Before the first keyframe the face is at rest. A transition goes from whatever the earlier
    ones give at each time to its own target, by the smoothstep 3t^2 - 2t^3: while two overlap,
    the later one starts from a face that still moves. So place and velocity never jump, and
    nothing leaves the range of the moments it passes between. Costs the same with any number of
    keyframes: at most two transitions run at a time.
    """
    starts = [key.time_s for key in timeline.keyframes]
    lengths = timeline.transitions_s

    def at(time_s: float) -> Moment:
        latest = bisect_right(starts, time_s) - 1
        # Whatever was before the latest two transitions is over, or had no beginning.
        shown = targets[latest - 2] if latest >= 2 else REST
        for index in range(max(latest - 1, 0), latest + 1):
            amount = _share(time_s - starts[index], lengths[index])
            shown = blend_moments(shown, targets[index], amount) if amount < 1 else targets[index]
        return shown

    return at


def _share(elapsed_s: float, length_s: float) -> float:
    return 1.0 if elapsed_s >= length_s else eased(elapsed_s / length_s)
