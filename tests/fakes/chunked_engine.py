"""An engine without models that draws four frames at once and holds sixteen back: the colour of a
picture's corner says how far the head is turned."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, repeat
from typing import ClassVar

import numpy as np

from fakes.still_engine import StillEngine, StillSource
from mien.engines import EngineInfo
from mien.engines.base import DEFAULT_FRAMING
from mien.motion.pose import angles_from_rotation
from mien.types import Face, Framing, Image, Motion, MotionFrame, MotionOptions, Portrait, Rendered

CHUNK, HELD_BACK = 4, 16
DELAY = CHUNK + HELD_BACK
_STEPS = 1 << 15
_CORNER = np.s_[:4, :4]


class Pace:
    """How it works: all the time, unless somebody says so. fault: raised in place of the next
    chunk."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.num_drawn = self._num_begun = 0
        self._allowed = math.inf
        self._changed = threading.Condition()

    def pause(self) -> None:
        """It stops before its next chunk."""
        self.allow(0)

    def allow(self, chunks: float = math.inf) -> None:
        """It may draw so many more."""
        with self._changed:
            self._allowed = self.num_drawn + chunks
            self._changed.notify_all()

    def wait_until_stuck(self, patience_s: float) -> bool:
        """Wait until it would draw a chunk and may not."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._num_begun > self.num_drawn >= self._allowed, patience_s
            )

    def draw(self) -> None:
        """A chunk."""
        with self._changed:
            self._num_begun += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.num_drawn < self._allowed)
            if self.fault is not None:
                raise self.fault
            self.num_drawn += 1


class ChunkedEngine(StillEngine):
    info: ClassVar[EngineInfo] = replace(
        StillEngine.info, name="chunked", latency_frames=HELD_BACK, chunk_frames=CHUNK
    )
    pace: ClassVar[Pace] = Pace()

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: StillSource | None = None,
    ) -> StillSource:
        return StillSource(portrait.pixels, portrait.alpha, (0, 0))

    def animate(
        self, source: StillSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        return self.animate_film(repeat(source), motion, options)

    def animate_film(
        self, sources: Iterator[StillSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        held: list[list[MotionFrame]] = []
        while chunk := list(islice(motion.frames, CHUNK)):
            held.append(chunk)
            if len(held) == HELD_BACK // CHUNK:
                yield from self._drawn(held.pop(0), sources)
        for chunk in held:
            yield from self._drawn(chunk, sources)

    def _drawn(
        self, chunk: list[MotionFrame], sources: Iterator[StillSource]
    ) -> Iterator[Rendered]:
        self.pace.draw()
        for moment, source in zip(chunk, sources, strict=False):
            pixels = source.pixels.copy()
            pixels[_CORNER] = colour_of(moment)
            yield Rendered(
                pixels=pixels,
                alpha=np.full(pixels.shape[:2], 255, np.uint8),
                to_picture=np.eye(2, 3),
                pts=moment.pts,
                time_base=moment.time_base,
                coverage=source.coverage,
            )


def colour_of(moment: MotionFrame) -> tuple[int, int, int]:
    """Of a picture of it: of the yaw, to a hundredth of a degree."""
    yaw, _, _ = angles_from_rotation(moment.rotation)
    number = round((yaw + 90.0) / 180.0 * _STEPS)
    return 255, number >> 8, number & 255


def is_drawn(picture: Image) -> bool:
    """Whether this is one of its pictures."""
    return bool((picture[_CORNER][..., :3] == colour_in(picture)).all() and picture[0, 0, 0] == 255)


def colour_in(picture: Image) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in picture[0, 0, :3])
    return red, green, blue
