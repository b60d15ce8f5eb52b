"""An engine without models that draws four frames at once and holds sixteen back: all of a picture
is one colour, which says how far the head is turned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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


@dataclass
class Pace:
    """How it works. paused: it does not until somebody says so. chunks: how many were drawn. fault:
    raised in place of the next one. working: it is at a chunk, and not done with it."""

    chunks: int = 0
    fault: Exception | None = None
    working: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)

    def pause(self) -> None:
        self.free.clear()

    def go_on(self) -> None:
        self.free.set()

    def draw(self) -> None:
        self.working.set()
        self.free.wait()
        self.working.clear()
        if self.fault is not None:
            raise self.fault
        self.chunks += 1


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
            height, width = source.pixels.shape[:2]
            yield Rendered(
                pixels=np.full((height, width, 3), colour_of(moment), np.uint8),
                alpha=np.full((height, width), 255, np.uint8),
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
    return bool((picture[..., :3] == picture[0, 0, :3]).all() and picture[0, 0, 0] == 255)


def colour_in(picture: Image) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in picture[0, 0, :3])
    return red, green, blue
