"""A microphone that moves a live face's lips."""

from __future__ import annotations

from mien.media.microphone import Microphone, SoundBlock
from mien.pipeline.broadcast.gate import Gate
from mien.pipeline.live import LiveFace, LiveStep, SpeechFinished, SpeechStarted

_MOST_WAITING_S = 0.2
"""A microphone's clock may run ahead of ours: what would wait for longer is left out."""


class Ear:
    """Pushes what is said, each time somebody speaks as one segment."""

    def __init__(self, microphone: Microphone, face: LiveFace) -> None:
        self._microphone, self._face = microphone, face
        self._gate = Gate()
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
                self._push(block)
            else:
                self._end()
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

    def _push(self, block: SoundBlock) -> None:
        if self._segment is None:
            self._num_segments += 1
            self._segment = f"said-{self._num_segments}"
            self._began_s[self._segment] = block.began_s
        if self._face.waiting_s < _MOST_WAITING_S:
            self._face.push_audio(block.samples, self._microphone.rate, self._segment)

    def _end(self) -> None:
        if self._segment is not None:
            self._face.end_segment()
            self._segment = None
