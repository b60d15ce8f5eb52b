"""What the server and a process that hosts live faces say to each other; on the wire as with
workers (:mod:`mien.service.workers.messages`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mien.engines.settings import EngineSettings
from mien.errors import MienError
from mien.pipeline.live.types import LiveEvent, LiveOptions
from mien.service.live.packets import Form


@dataclass(frozen=True, slots=True)
class Warm:
    """Load the engine, before anybody waits for it."""

    engine: EngineSettings


@dataclass(frozen=True, slots=True)
class Open:
    """Begin a session. portrait: a file here. content: its SHA-256."""

    session: str
    portrait: Path
    content: str
    options: LiveOptions


@dataclass(frozen=True, slots=True)
class Close:
    """End a session."""

    session: str


@dataclass(frozen=True, slots=True)
class Show:
    """In which forms pictures are wanted; none pauses the session."""

    session: str
    forms: frozenset[Form]


@dataclass(frozen=True, slots=True)
class PushAudio:
    """pcm: int16 mono."""

    pcm: bytes
    rate: int
    segment: str | None


@dataclass(frozen=True, slots=True)
class EndSegment:
    """What was pushed is all of its segment."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Stop speaking. epoch: what is shown from now on bears this number."""

    epoch: int


@dataclass(frozen=True, slots=True)
class SetEmotion:
    """As of ``LiveFace.set_emotion``."""

    name: str
    intensity: float
    transition_s: float


@dataclass(frozen=True, slots=True)
class SetPortrait:
    """As of ``LiveFace.set_portrait``. prepared: the keeper has it."""

    portrait: Path
    content: str
    transition_s: float
    prepared: bool = False


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """picture: a JPEG if there is no size, else RGB."""

    picture: bytes
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Recalibrate:
    """As of ``LiveFace.recalibrate``."""


@dataclass(frozen=True, slots=True)
class LookAt:
    """As of ``LiveFace.look_at``."""

    right: float | None
    up: float | None


@dataclass(frozen=True, slots=True)
class Listening:
    """As of ``LiveFace.listening``."""

    on: bool


Control: TypeAlias = (
    PushAudio
    | EndSegment
    | Clear
    | SetEmotion
    | SetPortrait
    | CameraFrame
    | Recalibrate
    | LookAt
    | Listening
)


@dataclass(frozen=True, slots=True)
class Tell:
    """For one session."""

    session: str
    control: Control


Order: TypeAlias = Warm | Open | Close | Show | Tell


@dataclass(frozen=True, slots=True)
class Warmed:
    """The engine is loaded, or cannot be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The portrait is prepared."""

    session: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame. pictures: in every form that is wanted. epoch: of the last Clear before it.
    late_s: from when it was due until it is sent. skipped: frames that were not rendered before
    it, for want of time. delay_s: how late it is anyway, for the engine's sake."""

    session: str
    epoch: int
    pts: int
    width: int
    height: int
    channels: int
    pictures: Mapping[Form, bytes]
    sound: bytes
    events: tuple[LiveEvent, ...]
    late_s: float
    skipped: int
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Complained:
    """A control that cannot be honoured; nothing has changed."""

    session: str
    error: MienError


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is no more. error: why, if not because it was told to. trace: of a fault of
    ours, for the server's log."""

    session: str
    error: MienError | None = None
    trace: str | None = None


Answer: TypeAlias = Warmed | Opened | Shown | Complained | Ended
