"""How much later than it is told a live face does something, for its engine's sake."""

from __future__ import annotations

from collections import deque

from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.pipeline.live.waiting import MOST_CHUNKS

_JUDGES_S = 1.0
_RISES_AFTER, _FALLS_AFTER = 2, 5
"""So many times that long. An engine that is slow to begin is not slow."""
_FALLS_EVERY = 5
"""Frames: what happens until all is shown is a fifth faster, which nobody sees."""


def latency_frames(engine: EngineSettings) -> int:
    """Of one that keeps up: what it holds back, and the time in which it makes a chunk. 0 for those
    that make one picture at a time, which is waited for. Raises OptionError,
    EngineUnavailableError."""
    info = engine_info(engine.name)
    return 0 if info.chunk_frames == 1 else info.latency_frames + info.chunk_frames


class Latency:
    """Follows what the engine needs, between ``least`` and three times that: one that draws every
    second moment only has what it holds back from twice as long ago. Pure: told of every frame."""

    def __init__(self, least: int, fps: int) -> None:
        """least: frames, as :func:`latency_frames`."""
        self.frames = self._least = least
        """What it is now."""
        self._most = MOST_CHUNKS * least
        self._window = max(1, round(_JUDGES_S * fps))
        self._needed: deque[int] = deque(maxlen=_FALLS_AFTER)
        self._largest = self._num_seen = self._num_frames = 0

    def step(self, age: int | None, *, can_change: bool) -> bool:
        """A frame on; whether ``frames`` has changed. age: how many frames ago the newest moment
        was that is drawn, None before the first one. can_change: whether nobody would hear it."""
        self._num_frames += 1
        if age is not None:
            self._see(age)
        before = self.frames
        if can_change:
            self._follow()
        return self.frames != before

    def _see(self, age: int) -> None:
        self._largest = max(self._largest, age)
        self._num_seen += 1
        if self._num_seen == self._window:
            self._needed.append(min(max(self._largest, self._least), self._most))
            self._largest = self._num_seen = 0

    def _follow(self) -> None:
        latest = list(self._needed)[-_RISES_AFTER:]
        if len(latest) == _RISES_AFTER and min(latest) > self.frames:
            self.frames = min(latest)
        elif len(self._needed) == _FALLS_AFTER and max(self._needed) < self.frames:
            self.frames -= self._num_frames % _FALLS_EVERY == 0
