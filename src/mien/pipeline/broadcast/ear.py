"""A microphone that moves a live face's lips."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from mien.media.microphone import Microphone, SoundBlock
from mien.media.microphone.base import BLOCK_S
from mien.pipeline.broadcast.gate import Gate
from mien.pipeline.live import LiveFace, LiveStep, SpeechFinished, SpeechStarted

_MOST_WAITING_S = 0.2
"""A microphone's clock may run ahead of ours: what would wait for longer is left out."""


class Ear:
    """Pushes what is said, each time somebody speaks as one segment.

    A segment begins with a frame's length of what was heard before it: no first sound is cut off,
    and there is enough to go on with when a block comes late.
    """

    def __init__(self, microphone: Microphone, face: LiveFace, fps: int) -> None:
        self._microphone, self._face = microphone, face
        self._gate = Gate()
        self._num_before = math.ceil(1 / (fps * BLOCK_S))
        self._before: deque[SoundBlock] = deque(maxlen=self._num_before)
        self._num_segments = 0
        self._segment: str | None = None
        self._began_s: dict[str, float] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing will be heard any more, and all was said."""
        return self._microphone.is_over and not self._began_s

    def listen(self) -> None:
        """Push what was heard since the last time."""
        for block in self._microphone.take():
            if self._gate.hear(block.samples, len(block.samples) / self._microphone.rate):
                self._begin(block)
                self._push(block)
            else:
                self._end()
                self._before.append(block)
        if self._microphone.is_over:
            self._end()

    def said(self, step: LiveStep, now_s: float) -> list[float]:
        """Delays of the segments that begin with what is shown now, seconds."""
        delays: list[float] = []
        for event in step.events:
            if isinstance(event, SpeechStarted) and event.segment in self._began_s:
                delays.append(now_s - self._began_s[event.segment])
            elif isinstance(event, SpeechFinished):
                self._began_s.pop(event.segment, None)
        return delays

    def _begin(self, block: SoundBlock) -> None:
        if self._segment is not None:
            return
        self._num_segments += 1
        self._segment = f"said-{self._num_segments}"
        while len(self._before) < self._num_before:  # it begins with sound
            first = (*self._before, block)[0]
            silence = np.zeros_like(block.samples)
            self._before.appendleft(SoundBlock(silence, first.began_s - BLOCK_S))
        self._began_s[self._segment] = self._before[0].began_s
        for earlier in self._before:
            self._push(earlier)
        self._before.clear()

    def _push(self, block: SoundBlock) -> None:
        if self._face.waiting_s < _MOST_WAITING_S:
            self._face.push_audio(block.samples, self._microphone.rate, self._segment)

    def _end(self) -> None:
        if self._segment is not None:
            self._face.end_segment()
            self._segment = None
