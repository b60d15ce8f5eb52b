"""A driver's pictures, cut as the networks see them, and given to them four at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from mien.engines.personalive.framing import Square
from mien.engines.personalive.source import PersonaLiveSource
from mien.errors import OptionError
from mien.face import Crop, cut
from mien.nets.personalive.params import CHUNK_FRAMES, LEAD_IN_FRAMES, NUM_LEVELS, WINDOW_FRAMES
from mien.types import DriverPixels, Image, Motion, MotionFrame, Rendered

if TYPE_CHECKING:
    from mien.engines.personalive.stream import Stream

DRIVER_SIDE = 512
"""Pixels a side of a driver's square: what upstream's networks are shown."""
LATENCY_FRAMES = WINDOW_FRAMES
"""Frames that are read before the first one comes out."""
_CHUNKS_BEHIND = NUM_LEVELS - 1


class Driver:
    """Cuts the same square out of all pictures of one motion: that around the face of its reference
    frame, or of the first picture there is. ``rest``: the square of the reference frame, None where
    it shows nothing."""

    def __init__(self, motion: Motion, square: Square) -> None:
        self._square = square
        self._crop: Crop | None = None
        self._size = (0, 0)
        neutral = motion.reference.pixels
        self._latest = self.rest = None if neutral is None else self._cut(neutral)

    def picture(self, frame: MotionFrame) -> Image:
        """The square (512, 512, 3) of a frame; while nobody is seen, the one before it. Raises
        OptionError for a motion that shows no picture."""
        if frame.pixels is not None:
            self._latest = self._cut(frame.pixels)
        if self._latest is None:
            problem = "shows no picture of a face, and personalive follows nothing else"
            raise OptionError("--driving", problem)
        return self._latest

    def _cut(self, pixels: DriverPixels) -> Image:
        height, width = pixels.image.shape[:2]
        if self._crop is None or self._size != (width, height):
            self._size = width, height
            self._crop = self._square.around(pixels.landmarks, self._size, DRIVER_SIDE)
        return cut(pixels.image, self._crop)


def play(
    source: PersonaLiveSource,
    motion: Motion,
    open_stream: Callable[[Image | None], Stream],
) -> Iterator[Rendered]:
    """One rendered square for each frame of a motion. open_stream: begins one for a driver with
    this picture at rest."""
    driver, waiting = Driver(motion, source.square), deque[MotionFrame]()

    def pictures() -> Iterator[Image]:
        for frame in motion.frames:
            waiting.append(frame)
            yield driver.picture(frame)

    stream = None
    for number, chunk in enumerate(in_chunks(pictures())):
        stream = stream or open_stream(driver.rest)
        drawn = stream.step(chunk)
        if number < _CHUNKS_BEHIND:
            continue  # the portrait's way to the driver's first pose
        for picture in drawn[: len(waiting)]:
            yield source.rendered(picture, waiting.popleft())


def in_chunks(pictures: Iterable[Image]) -> Iterator[Image]:
    """Pictures (h, w, 3) as (4, h, w, 3), and so many more that all have left the window: the
    latest ones backwards, and forwards again."""
    latest = deque[Image](maxlen=LATENCY_FRAMES)
    chunk: list[Image] = []
    for picture in pictures:
        latest.append(picture)
        chunk.append(picture)
        if len(chunk) == CHUNK_FRAMES:
            yield np.stack(chunk)
            chunk = []
    if not latest:
        return
    there = list(latest)
    back = cycle([*there[-2::-1], *there[1:]] if len(there) > 1 else there)
    count = -len(chunk) % CHUNK_FRAMES + LEAD_IN_FRAMES
    chunk += islice(back, count)
    for start in range(0, len(chunk), CHUNK_FRAMES):
        yield np.stack(chunk[start : start + CHUNK_FRAMES])
