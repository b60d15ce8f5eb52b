"""What a session sends to who watches: one picture, and the sound that belongs before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mien.pipeline.live.types import AUDIO_RATE, LiveEvent

Form: TypeAlias = Literal["jpeg", "webp", "png", "raw", "rgba"]
"""``raw``: RGB, or RGBA of a transparent session. ``rgba``: RGBA always."""
MOST_SOUND_BYTES = 2 * AUDIO_RATE
"""One second: who is later than that has missed it."""
_MOST_EVENTS = 256


@dataclass(frozen=True, slots=True)
class LivePacket:
    """pts: number of the frame; fps: frames per second. picture: in the form that was subscribed
    to. channels: 3, or 4 with transparency. sound: int16 mono at AUDIO_RATE; it ends with the
    frame. events: in order."""

    pts: int
    fps: int
    picture: bytes
    width: int
    height: int
    channels: int
    sound: bytes
    events: tuple[LiveEvent, ...]

    @property
    def pts_us(self) -> int:
        """When the frame begins, microseconds since the face began."""
        return self.pts * 1_000_000 // self.fps

    @property
    def sound_us(self) -> int:
        """When the sound begins."""
        end_us = (self.pts + 1) * 1_000_000 // self.fps
        return max(0, end_us - len(self.sound) // 2 * 1_000_000 // AUDIO_RATE)

    def after(self, missed: LivePacket) -> LivePacket:
        """This one with the sound and the events of one before it, whose picture is dropped."""
        sound = (missed.sound + self.sound)[-MOST_SOUND_BYTES:]
        return replace(self, sound=sound, events=(missed.events + self.events)[-_MOST_EVENTS:])

    def after_events(self, events: tuple[LiveEvent, ...]) -> LivePacket:
        """This one with events from before it."""
        return replace(self, events=(events + self.events)[-_MOST_EVENTS:]) if events else self
