"""A motion played on a source, or on the sources of a film: frame by frame from what the driver
says to a rendered crop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from mien.engines.liveportrait.algebra import (
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    SourceMotion,
)
from mien.engines.liveportrait.driving import Driver
from mien.engines.liveportrait.framing import paste_mask
from mien.engines.liveportrait.framing.points import PointsOf, same_points
from mien.engines.liveportrait.runtimes.base import Runtime
from mien.engines.liveportrait.source import LivePortraitSource
from mien.types import Floats, Image, Motion, MotionFrame, Rendered


def play(
    runtime: Runtime,
    sources: Iterator[LivePortraitSource],
    motion: Motion,
    options: DriveOptions,
    *,
    film: bool,
    batch: int = 1,
    points_of: PointsOf = same_points,
) -> Iterator[Rendered]:
    """One rendered crop for each pair of a motion frame and a source; the shorter of the two ends
    it. film: whether each source is another picture: then smoothing holds some pairs back, and
    nothing can be rendered together. batch: how many frames of one source are."""
    pairs = zip(motion.frames, sources, strict=False)
    first = next(pairs, None)
    if first is None:
        return
    frame, source = first
    driver = Driver(motion, runtime, source.motion.scale, points_of)
    setting = Setting(
        options, driver.neutral(frame), film=film, made=driver.made, still=driver.still
    )
    waiting: deque[tuple[MotionFrame, LivePortraitSource]] = deque()

    def read() -> Iterator[tuple[SourceMotion, DrivingMotion]]:
        for pair in chain([first], pairs):
            waiting.append(pair)
            yield pair[1].motion, driver.read(pair[0])

    moved = Mover(setting, runtime, source.motion).film(read())
    while together := list(islice(moved, 1 if film else batch)):
        pairs_moved = [waiting.popleft() for _ in together]
        yield from _rendered(runtime, pairs_moved, np.stack(together))


def _rendered(
    runtime: Runtime, pairs: Sequence[tuple[MotionFrame, LivePortraitSource]], keypoints: Floats
) -> Iterator[Rendered]:
    """The frames of pairs with one source, moved to (B, 21, 3) keypoints."""
    source = pairs[0][1]
    for (frame, _), picture in zip(pairs, runtime.render(source.prepared, keypoints), strict=True):
        yield Rendered(
            _bytes(picture),
            paste_mask(),
            source.placement.to_picture,
            frame.pts,
            frame.time_base,
            source.coverage,
        )


def _bytes(picture: Floats) -> Image:
    """0..1 as 0..255, cut off as LivePortrait does."""
    return np.asarray(np.clip(picture * 255.0, 0.0, 255.0), np.uint8)
