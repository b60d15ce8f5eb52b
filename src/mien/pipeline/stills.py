"""Pictures instead of films: a portrait at single moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mien.drivers import canonical_reference
from mien.drivers.moments import moment_frame
from mien.motion.moment import Moment
from mien.pipeline.casting import Cast
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import composition_for
from mien.pipeline.run import Take, pictures
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Image, Motion

_RATE = Fraction(25)
"""Frames need a time; these stand for themselves."""


def render_stills(
    cast: Cast, moments: Sequence[Moment], options: AnimateOptions, watch: Stopwatch
) -> Iterator[Image]:
    """The portrait at each of the moments, RGB or RGBA, made as they are asked for.

    ``watch`` learns the seconds of ``render`` and ``paste``.
    """
    frames = (moment_frame(m, pts=pts, time_base=1 / _RATE) for pts, m in enumerate(moments))
    motion = Motion(canonical_reference(1 / _RATE), frames, _RATE, len(moments))
    composition = composition_for(cast, options, motion)
    take = Take(cast.actors, motion, options.motion, composition)
    return (frame.pixels for frame in pictures(take, watch))


def ms_per_still(watch: Stopwatch, num_stills: int) -> float:
    """Wall time to render and paste one."""
    seconds = watch.seconds
    return 1000.0 * (seconds["render"] + seconds["paste"]) / num_stills
