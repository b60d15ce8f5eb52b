"""A motion played on a source, or on the sources of a film: frame by frame from what the driver
says to a rendered crop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain

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
    points_of: PointsOf = same_points,
) -> Iterator[Rendered]:
    """One rendered crop for each pair of a motion frame and a source; the shorter of the two ends
    it. film: whether each source is another picture: then smoothing holds some pairs back."""
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

    for keypoints in Mover(setting, runtime, source.motion).film(read()):
        yield _rendered(runtime, *waiting.popleft(), keypoints)


def _rendered(
    runtime: Runtime, frame: MotionFrame, source: LivePortraitSource, keypoints: Floats
) -> Rendered:
    (picture,) = runtime.render(source.prepared, keypoints[None])
    return Rendered(
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
