"""What one frame costs on one core: tracking, reading the driver, rendering, pasting."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

import mien
from benchmarks.figures import Summary, summary
from benchmarks.material import save_clip
from benchmarks.one_core import one_core
from mien.pipeline.measuring.material import sample_frames, sample_portrait

NUM_FRAMES = 120
WARM_UP = 10
SIDES = (512, 1024)

T = TypeVar("T")


class Timed(Generic[T]):
    """The items of an iterable, and what each of them took to make."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._cpu: list[float] = []
        self._wall: list[float] = []

    def __iter__(self) -> Iterator[T]:
        while True:
            cpu, wall = time.process_time(), time.perf_counter()
            try:
                item = next(self._items)
            except StopIteration:
                return
            self._cpu.append(time.process_time() - cpu)
            self._wall.append(time.perf_counter() - wall)
            yield item

    def summary(self) -> Summary:
        return {
            **summary(self._cpu[WARM_UP:], "cpu_ms", scale=1000),
            **summary(self._wall[WARM_UP:], "wall_ms", scale=1000),
        }


def measure() -> dict[str, object]:
    """Milliseconds per frame by the side of source and driver in pixels, all effects on."""
    with one_core():
        return {str(side): _measure(side) for side in SIDES}


def _measure(side: int) -> dict[str, Summary]:
    tracker = mien.MeshTracker()
    track = Timed(tracker.track(picture) for picture in sample_frames(NUM_FRAMES, side))
    list(track)
    with TemporaryDirectory() as folder:
        clip = save_clip(Path(folder) / "clip.mp4", NUM_FRAMES, side)
        motion = mien.drive_with_video(clip, mien.MeshTracker())
        drive = Timed(motion.frames)
        moments = list(drive)
    source = sample_portrait(side)
    engine = mien.load_engine()
    prepared = engine.prepare(source, mien.find_faces(source.pixels)[0])
    at_hand = replace(motion, frames=iter(moments))
    render = Timed(engine.animate(prepared, at_hand, engine.info.options))
    paste = Timed(mien.paste(source.pixels, crop) for crop in render)
    for _ in paste:
        pass
    return {
        "track": track.summary(),
        "drive": drive.summary(),
        "render": render.summary(),
        "render_and_paste": paste.summary(),
    }
