"""A timeline of expressions as a driver, on a face that lives."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mien.drivers.length import check_bounds, checked_rate, frames_in
from mien.drivers.moments import drive_with_moments
from mien.motion.expressions import Expression
from mien.motion.idle import find_idle
from mien.motion.layers import layer
from mien.motion.liveliness import enliven
from mien.motion.moment import Moment
from mien.motion.timeline import Timeline, keyframe_targets, parse_timeline, timeline_moments
from mien.types import Motion

LINGER_S = 1.5
"""How long the last expression is held when no duration is asked for."""


def drive_with_emotions(
    timeline: Timeline | str,
    *,
    expressions: Mapping[str, Expression] | None = None,
    idle: str = "natural",
    seed: int = 0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction = Fraction(30),
) -> Motion:
    """The expressions of a timeline over an idle motion, held as living faces hold them.

    timeline: or the text that :func:`mien.motion.timeline.parse_timeline` reads.
    expressions: what the timeline's names mean; the built-in ones if none are given.
    duration_s: until the last transition is over and 1.5 seconds more if not given; the last
    expression is held. Same seed, same frames.

    Raises ExpressionError for a name that means nothing, TimelineError for a text that is no
    timeline, OptionError for an unknown idle motion and for numbers that cannot be.
    """
    rate = checked_rate(fps)
    check_bounds(duration_s, max_frames)
    if not isinstance(timeline, Timeline):
        timeline = parse_timeline(timeline)
    emotion_at = timeline_moments(timeline, keyframe_targets(timeline, expressions))
    length_s = timeline.end_s + LINGER_S if duration_s is None else duration_s
    num_frames = frames_in(length_s, rate)
    idle_at = find_idle(idle).make(seed, float(num_frames / rate))

    def moment_at(time_s: float) -> Moment:
        return layer(idle_at(time_s), enliven(emotion_at(time_s), time_s, seed=seed))

    shown = min(num_frames, max_frames or num_frames)
    return drive_with_moments(moment_at, fps=rate, num_frames=shown)
