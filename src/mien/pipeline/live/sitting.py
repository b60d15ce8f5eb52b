"""A portrait that sits for a live face: it takes any moment and gives a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from mien.drivers import canonical_reference
from mien.pipeline.composition import PastedBack
from mien.pipeline.keeping import Keeper
from mien.pipeline.live.types import LiveOptions
from mien.pipeline.options import AnimateOptions, Size
from mien.pipeline.portraits.canvas import with_alpha
from mien.pipeline.portraits.casting import cast_faces
from mien.pipeline.portraits.scene import Scene
from mien.pipeline.run import Take, pictures
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Frame, Image, Motion, MotionFrame, MotionOptions


class Sitting(Protocol):
    """One portrait, prepared, and one endless run of its engine."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether it has moved yet; until then its picture is the portrait as it is."""
        ...

    @property
    def newest(self) -> int | None:
        """``pts`` of the newest moment that is drawn, where that is not the one that is due."""
        ...

    @property
    def is_over(self) -> bool:
        """After ``close``: whether the engine was given back."""
        ...

    def show(self, moments: Sequence[MotionFrame], due: int) -> Image:
        """The moments that are next, one at least, and the picture of the one whose ``pts`` is
        ``due``, or of the last one before it that is there. Raises what the engine raised."""
        ...

    def settle(self, patience_s: float) -> bool:
        """Wait until all is drawn that can be, so long at most; whether it is."""
        ...

    def close(self) -> None:
        """Give the engine back, as soon as it does nothing any more; waits for nothing."""
        ...

    def join(self, patience_s: float) -> None:
        """After ``close``: wait until the engine was given back, so long at most."""
        ...


@dataclass(frozen=True, slots=True)
class Pose:
    """A prepared portrait. still: as it is. borrowed: gives the engine back."""

    still: Image
    scene: Scene
    options: MotionOptions
    rate: Fraction
    borrowed: ExitStack

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.still.shape[:2]
        return width, height

    def drawn(self, moments: Iterator[MotionFrame]) -> Iterator[Frame]:
        """A picture of each moment, when it is asked for."""
        motion = Motion(canonical_reference(1 / self.rate), moments, self.rate)
        take = Take(self.scene, motion, self.options, PastedBack())
        return pictures(take, Stopwatch())


class PromptSitting:
    """Draws each picture while it is waited for."""

    is_ready, is_over = True, True
    newest: int | None = None

    def __init__(self, pose: Pose) -> None:
        self.size = pose.size
        self._borrowed = pose.borrowed
        self._pictures = pose.drawn(self._moments())
        self._moment: MotionFrame | None = None

    def show(self, moments: Sequence[MotionFrame], due: int) -> Image:
        """The last moment's picture."""
        self._moment = moments[-1]
        return next(self._pictures).pixels

    def settle(self, patience_s: float) -> bool:
        """It always is."""
        return True

    def close(self) -> None:
        """Give the engine back."""
        self._borrowed.close()

    def join(self, patience_s: float) -> None:
        """It is given back by then."""

    def _moments(self) -> Iterator[MotionFrame]:
        while self._moment is not None:
            yield self._moment


def pose(
    portrait: str | Path,
    options: LiveOptions,
    keeper: Keeper,
    *,
    size: Size | None,
    content: str | None = None,
) -> Pose:
    """Prepare a portrait. size: of the pictures. content: the portrait's SHA-256, if known. Raises
    what preparing raises."""
    asked = AnimateOptions(engine=options.engine, face=options.face, size=size, seed=options.seed)
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
        still, rate = with_alpha(cast.portrait), Fraction(options.fps)
        return Pose(still, cast.scene, asked.motion, rate, stack.pop_all())
