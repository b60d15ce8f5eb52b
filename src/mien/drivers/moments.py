"""Motion that is made rather than seen: from a function of time to a stream of frames."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mien.checks import check_whole
from mien.drivers.length import checked_rate
from mien.motion.moment import REST, Moment, MomentAt, head_placing
from mien.types import Motion, MotionFrame


def moment_frame(moment: Moment, *, pts: int, time_base: Fraction) -> MotionFrame:
    """The moment as a frame against the canonical neutral face; it has no landmarks."""
    rotation, translation = head_placing(moment)
    return MotionFrame(
        pts=pts,
        time_base=time_base,
        rotation=rotation,
        translation=translation,
        scale=moment.scale,
        blendshapes=moment.weights,
        closure=moment.closure,
        own_expression=moment.own_expression,
    )


def drive_with_moments(moment_at: MomentAt, *, fps: Fraction, num_frames: int) -> Motion:
    """What a function of the time in seconds says, ``num_frames`` times from 0 on. OptionError for
    a rate or a number of frames that cannot be."""
    rate = checked_rate(fps)
    check_whole("num_frames", num_frames, least=0)
    frames = _frames(moment_at, rate, num_frames)
    return Motion(canonical_reference(1 / rate), frames, rate, num_frames)


def canonical_reference(time_base: Fraction = Fraction(1, 30)) -> MotionFrame:
    """The canonical neutral face, frontal, in its place; it has no landmarks."""
    return moment_frame(REST, pts=0, time_base=time_base)


def _frames(moment_at: MomentAt, fps: Fraction, num_frames: int) -> Iterator[MotionFrame]:
    for pts in range(num_frames):
        yield moment_frame(moment_at(float(pts / fps)), pts=pts, time_base=1 / fps)
