"""A live face that is no work: grey pictures, and everything that it was told."""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.pipeline.live import LiveStep
from mien.pipeline.live.composer import Composer
from mien.types import Image


class FakeFace:
    """Takes ``costs_s`` of a virtual clock for every step. Its sound is the real one's."""

    def __init__(self, fps: int, time: Any = None, costs_s: float = 0.0) -> None:
        self.told: list[Any] = []
        self.seen: list[Image] = []
        self.sees_face = True
        self.costs_s = costs_s
        self._time, self._fps = time, fps
        self._composer = Composer(fps)
        self._num_frames = 0

    @property
    def waiting_s(self) -> float:
        return self._composer.waiting_s

    def push_audio(self, pcm: Any, rate: int, segment: str | None = None) -> None:
        self._composer.push(pcm, rate, segment)

    def end_segment(self) -> None:
        self._composer.end_segment()

    def push_frame(self, picture: Image) -> None:
        self.seen.append(picture)

    def recalibrate(self) -> None:
        self.told.append("recalibrate")

    def set_emotion(self, name: str, intensity: float = 0.7, transition_s: float = 0.6) -> None:
        self.told.append(name)

    def step(self, frames: int = 1) -> LiveStep:
        if self._time is not None:
            self._time.sleep(self.costs_s)
        self._num_frames += frames
        passage = self._composer.advance(frames)
        pts = self._num_frames - 1
        picture = np.full((16, 16, 3), pts % 256, np.uint8)
        return LiveStep(pts, picture, passage.sound, passage.events)
