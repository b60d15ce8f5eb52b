"""When the next frame is due: decided from a clock's readings alone, in whatever time that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

SLOWEST = 3
"""At most every so many-th frame is planned where a machine is too slow; frames that are late all
the same are skipped."""
SLEPT_S = 2.0
"""Who is late by so much slept: what was missed is not made up for."""
_FULL, _ROOMY = 0.92, 0.7
"""Shares of the time between two steps: above the first it is too little, below the second of
what it would be at a higher rate that rate is tried."""
_SLOWS_AFTER_S, _RECOVERS_AFTER_S = 2.0, 3.0
_REMEMBERS_S = 1.0
_MOST_TOLD = 3.0
"""Of the time between two steps: one that took longer is a hiccup as far as it did, and no sign of
a machine that is too slow."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One step. due_s: when, on the clock that was told; it may have passed. frames: how many it
    goes on."""

    due_s: float
    frames: int


class Pacer:
    """Paces steps to ``fps`` frames a second, as far as the machine keeps up.

    Whoever is late by more than a frame skips frames, so that latency never grows; whoever is so
    for seconds steps only every second or third frame, and every one again when there is time.
    """

    def __init__(self, fps: int) -> None:
        self._frame_s = 1.0 / fps
        self._fps = fps
        self._stride = 1
        self._cost_s = 0.0
        self._began_s, self._num_frames = math.nan, 0
        self._told_s = self._tight_since_s = self._roomy_since_s = 0.0
        self._num_skipped = 0

    @property
    def stride(self) -> int:
        """Every so many-th frame is planned: 1 to `SLOWEST`."""
        return self._stride

    @property
    def num_skipped(self) -> int:
        """Frames that were never shown."""
        return self._num_skipped

    def next(self, now_s: float, took_s: float) -> Beat:
        """The step after the one that is just over. now_s: a monotonic clock's reading. took_s:
        how long that step worked; 0 before the first one."""
        if math.isnan(self._began_s):
            self._began_s = self._told_s = now_s
            self._tight_since_s = self._roomy_since_s = now_s
            self._num_frames = 1
            return Beat(now_s, 1)
        due_s = self._due_s(self._stride)
        if now_s - due_s > SLEPT_S:
            self._begin_again(now_s)
            return Beat(now_s, self._stride)
        self._judge(now_s, took_s)
        frames = self._stride
        late = (now_s - self._due_s(frames)) * self._fps
        if late > 1.0:
            frames += math.floor(late)
        beat = Beat(self._due_s(frames), frames)
        self._num_frames += frames
        self._num_skipped += frames - 1
        return beat

    def _due_s(self, frames: int) -> float:
        """When the frame is due that is so many after the last one: from a whole number of frames,
        so that rounding does not add up."""
        return self._began_s + (self._num_frames - 1 + frames) / self._fps

    def _begin_again(self, now_s: float) -> None:
        """The next step's last frame is due now."""
        self._num_frames += self._stride
        self._num_skipped += self._stride - 1
        self._began_s = now_s - (self._num_frames - 1) / self._fps
        self._told_s = self._tight_since_s = self._roomy_since_s = now_s
        self._cost_s = 0.0

    def _judge(self, now_s: float, took_s: float) -> None:
        """Whether the machine keeps up."""
        most_s = _MOST_TOLD * self._stride * self._frame_s
        newest = 1.0 - math.exp(-min(now_s - self._told_s, most_s) / _REMEMBERS_S)
        self._cost_s += newest * (min(took_s, most_s) - self._cost_s)
        self._told_s = now_s
        if self._cost_s <= _FULL * self._stride * self._frame_s:
            self._tight_since_s = now_s
        if self._stride == 1 or self._cost_s >= _ROOMY * (self._stride - 1) * self._frame_s:
            self._roomy_since_s = now_s
        if now_s - self._tight_since_s > _SLOWS_AFTER_S and self._stride < SLOWEST:
            self._change(1, now_s)
        elif now_s - self._roomy_since_s > _RECOVERS_AFTER_S:
            self._change(-1, now_s)

    def _change(self, more: int, now_s: float) -> None:
        self._stride += more
        self._tight_since_s = self._roomy_since_s = now_s
