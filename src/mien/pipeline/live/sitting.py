"""A portrait that sits for a live face: it takes any moment and gives a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

from mien.drivers import canonical_reference
from mien.pipeline.composition import PastedBack
from mien.pipeline.keeping import Keeper
from mien.pipeline.live.types import LiveOptions
from mien.pipeline.options import AnimateOptions, Size
from mien.pipeline.portraits.casting import cast_faces
from mien.pipeline.run import Take, pictures
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Image, Motion, MotionFrame


class Sitting:
    """One portrait, prepared, and one endless run of its engine."""

    def __init__(
        self,
        portrait: str | Path,
        options: LiveOptions,
        keeper: Keeper,
        *,
        size: Size | None,
        content: str | None = None,
    ) -> None:
        """size: of the pictures. content: the portrait's SHA-256, if known. Raises what preparing
        raises."""
        asked = AnimateOptions(engine=options.engine, face=options.face, size=size)
        with ExitStack() as stack:
            cast = stack.enter_context(
                cast_faces(
                    portrait,
                    asked,
                    keep_alpha=options.transparent,
                    keeper=keeper,
                    content=content,
                    cut_out=options.transparent,
                )
            )
            self._borrowed = stack.pop_all()
        height, width = cast.portrait.pixels.shape[:2]
        self.size = width, height
        rate = Fraction(options.fps)
        motion = Motion(canonical_reference(1 / rate), self._moments(), rate)
        take = Take(cast.scene, motion, asked.motion, PastedBack())
        self._pictures = pictures(take, Stopwatch())
        self._moment: MotionFrame | None = None

    def show(self, moment: MotionFrame) -> Image:
        """The portrait at a moment."""
        self._moment = moment
        return next(self._pictures).pixels

    def close(self) -> None:
        """Give the engine back."""
        self._borrowed.close()

    def _moments(self) -> Iterator[MotionFrame]:
        while self._moment is not None:
            yield self._moment
