"""Pictures instead of films: a portrait at single moments."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path

from mien.drivers import canonical_reference
from mien.drivers.moments import moment_frame
from mien.motion.moment import Moment
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions
from mien.pipeline.play import composition_for
from mien.pipeline.portraits.canvas import LONGEST_SIDE
from mien.pipeline.portraits.casting import Cast, cast_faces
from mien.pipeline.report import StillReport
from mien.pipeline.run import Take, pictures
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Image, Motion

STILL_RATE = Fraction(25)
"""Frames need a time; these stand for themselves."""


def motion_of(moments: Sequence[Moment]) -> Motion:
    """Moments that have nothing to do with each other, as the frames of a motion."""
    frames = (moment_frame(m, pts=pts, time_base=1 / STILL_RATE) for pts, m in enumerate(moments))
    return Motion(canonical_reference(1 / STILL_RATE), frames, STILL_RATE, len(moments))


class Studio:
    """A cast portrait, ready to be rendered at any moment. ``watch`` times all it does."""

    def __init__(self, cast: Cast, options: AnimateOptions, watch: Stopwatch) -> None:
        self.cast = cast
        self.watch = watch
        self._options = options
        self._size = (0, 0)
        self._stills = 0

    def stills(self, motion: Motion) -> Iterator[Image]:
        """The portrait at each frame of a motion, RGB or RGBA, made as they are asked for."""
        composition = composition_for(self._options, motion)
        take = Take(self.cast.scene, motion, self._options.motion, composition)
        for frame in pictures(take, self.watch):
            height, width = frame.pixels.shape[:2]
            self._size, self._stills = (width, height), self._stills + 1
            yield frame.pixels

    def report(self, output: str | Path, *, sheet: str | Path | None = None) -> StillReport:
        """What was made so far."""
        seconds = self.watch.seconds
        return StillReport(
            output=str(Path(output)),
            engine=self._options.engine.name,
            stills=self._stills,
            size=self._size,
            ms_per_still=1000.0 * (seconds["render"] + seconds["paste"]) / self._stills,
            faces_found=self.cast.faces_found,
            seconds=seconds,
            sheet=None if sheet is None else str(Path(sheet)),
        )


@contextmanager
def open_studio(
    source: str | Path,
    options: AnimateOptions,
    *,
    keep_alpha: bool,
    longest_side: int = LONGEST_SIDE,
    keeper: Keeper | None = None,
    content: str | None = None,
) -> Generator[Studio]:
    """Cast the faces of ``source`` as :func:`mien.pipeline.portraits.casting.cast_faces` does."""
    watch = Stopwatch()
    with ExitStack() as stack:
        with watch.stage("prepare"):
            casting = cast_faces(
                source,
                options,
                keep_alpha=keep_alpha,
                longest_side=longest_side,
                keeper=keeper,
                content=content,
            )
            cast = stack.enter_context(casting)
        yield Studio(cast, options, watch)
