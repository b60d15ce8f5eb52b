"""A film that stands in for a camera, at its own pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mien.media.video import open_video
from mien.types import Image


@dataclass(frozen=True, slots=True)
class FilmSource:
    """loop: begin again at the end, for ever. now: a monotonic clock, seconds."""

    path: Path
    loop: bool = False
    now: Callable[[], float] = time.monotonic

    @property
    def name(self) -> str:
        """As it was given."""
        return str(self.path)

    @property
    def comes_back(self) -> bool:
        """The end of a film is its end."""
        return False

    def pictures(self, stop: threading.Event) -> Iterator[Image]:
        """Each at its time; those are left out for which it is too late."""
        with open_video(self.path) as video:
            frame_s = float(1 / video.info.rate)
            while True:
                began_s, number = self.now(), 0
                for number, frame in enumerate(video, 1):
                    early_s = began_s + frame.pts * frame_s - self.now()
                    if stop.wait(max(0.0, early_s)):
                        return
                    if number == 1 or early_s > -frame_s:
                        yield frame.pixels
                if stop.wait(max(0.0, began_s + number * frame_s - self.now())) or not self.loop:
                    return
