"""A timeline of expressions as a driver, on a face that lives."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mien.drivers.moments import drive_with_moments
from mien.motion.expressions import Expression, find_expression, load_expressions
from mien.motion.idle import find_idle
from mien.motion.layers import layer
from mien.motion.liveliness import enliven
from mien.motion.moment import Moment
from mien.motion.timeline import Timeline, timeline_moments
from mien.types import Motion

LINGER_S = 1.5
"""How long the last expression is held when no duration is asked for."""


def drive_with_emotions(
    timeline: Timeline,
    *,
    expressions: Mapping[str, Expression] | None = None,
    idle: str = "natural",
    seed: int = 0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction = Fraction(30),
) -> Motion:
    """The expressions of a timeline over an idle motion, held as living faces hold them.

    expressions: what the timeline's names mean; the built-in ones if none are given.
    duration_s: until the last transition is over and 1.5 seconds more if not given; the last
    expression is held. Same seed, same frames.

    Raises ExpressionError for a name that means nothing, OptionError for an unknown idle motion.
    """
    known = load_expressions() if expressions is None else expressions
    targets = [find_expression(known, k.expression).moment(k.intensity) for k in timeline.keyframes]
    emotion_at = timeline_moments(timeline, targets)
    length_s = timeline.end_s + LINGER_S if duration_s is None else duration_s
    num_frames = max(1, round(Fraction(length_s) * fps))
    idle_at = find_idle(idle).make(seed, float(num_frames / fps))

    def moment_at(time_s: float) -> Moment:
        return layer(idle_at(time_s), enliven(emotion_at(time_s), time_s, seed=seed))

    shown = min(num_frames, max_frames or num_frames)
    return drive_with_moments(moment_at, fps=fps, num_frames=shown)
