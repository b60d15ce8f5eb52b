"""A face that lives: idling, speaking, feeling, watching, for as long as somebody looks."""

from mien.pipeline.live.face import LiveFace
from mien.pipeline.live.types import (
    AUDIO_RATE,
    LiveEvent,
    LiveOptions,
    LiveStep,
    SpeechFinished,
    SpeechStarted,
)

__all__ = [
    "AUDIO_RATE",
    "LiveEvent",
    "LiveFace",
    "LiveOptions",
    "LiveStep",
    "SpeechFinished",
    "SpeechStarted",
]
