"""Speech heard as it comes: a mouth and a body a moment behind the sound."""

from mien.speech.stream.intake import Intake
from mien.speech.stream.live_speech import BEHIND_S, LiveSpeech
from mien.speech.stream.segments import SegmentEvent, SegmentFinished, SegmentStarted

__all__ = [
    "BEHIND_S",
    "Intake",
    "LiveSpeech",
    "SegmentEvent",
    "SegmentFinished",
    "SegmentStarted",
]
