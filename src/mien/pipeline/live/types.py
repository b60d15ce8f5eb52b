"""What goes into a live face and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.pipeline.options import FaceChoice, Size
from mien.pipeline.presets import LipsChoice
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.types import Image

AUDIO_RATE = 48_000
"""Samples per second of the sound that goes out: what Opus and browsers use."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """fps: frames per second, 1 to 60, whole. size: of the pictures; None is the portrait's.
    idle: how it lives when nothing happens (``mien.motion.idle``). seed: of that, and of the
    engine's noise. transparent: pictures are RGBA, the person cut out. lips: who makes them.
    musetalk: how, where that is MuseTalk; None is where the engine runs."""

    engine: EngineSettings = DEFAULT_SETTINGS
    fps: int = 25
    size: Size | None = 512
    face: FaceChoice = 1
    idle: str = "natural"
    seed: int = 0
    transparent: bool = False
    lips: LipsChoice = "engine"
    musetalk: MuseTalkSettings | None = None


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The first sample of a segment goes out with frame ``pts``."""

    segment: str
    pts: int


@dataclass(frozen=True, slots=True)
class SpeechFinished:
    """The last sample of a segment that goes out went with frame ``pts``. position_s: how much of
    it was said. interrupted: by clear(), or because the face ends."""

    segment: str
    pts: int
    position_s: float
    interrupted: bool


LiveEvent: TypeAlias = SpeechStarted | SpeechFinished


@dataclass(frozen=True, slots=True)
class LiveStep:
    """What a face shows next. pts: number of the frame; its time is pts / fps seconds since the
    face began. picture: RGB or RGBA. sound: int16 mono at AUDIO_RATE, of all frames since the last
    step; its last sample ends with this frame. events: in order, of the same time.
    delay_frames: how late all of it is, for the engine's sake: see ``LiveFace.latency_frames``."""

    pts: int
    picture: Image
    sound: NDArray[np.int16]
    events: tuple[LiveEvent, ...]
    delay_frames: int = 0
