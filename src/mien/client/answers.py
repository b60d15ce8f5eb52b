"""What the service tells, as the client returns it. docs/http-api.md says what each field means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from mien.client.exchange import Answer
from mien.errors import ApiError

T = TypeVar("T")
ENDED = frozenset({"succeeded", "failed", "cancelled"})
"""States of a job to which nothing happens any more."""


@dataclass(frozen=True, slots=True)
class Health:
    """status: ``healthy`` (of a frame renderer ``ok``), ``starting``, ``draining`` or ``failed``.
    ready: it takes work. facts: all that it says."""

    status: str
    ready: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """Of the program, and of its API."""

    name: str
    version: str
    api: str


@dataclass(frozen=True, slots=True)
class EngineState:
    """An engine of the service. problem: what keeps it from running there. memory_mb: that it
    needs."""

    name: str
    default: bool
    available: bool
    problem: str | None
    devices: list[str]
    precisions: list[str]
    tiers: list[str]
    species: list[str]
    memory_mb: int | None
    licence: str | None


@dataclass(frozen=True, slots=True)
class ExpressionState:
    """An expression that a face can wear. valence, arousal: -1 to 1."""

    name: str
    description: str
    action_units: list[str]
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True)
class VoiceState:
    """A voice that says words. id: the tag of its language."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Voices:
    """What can say words on the service's machine. problem: why nothing can. default: the id of the
    voice where none is named."""

    synthesizer: str | None
    problem: str | None
    default: str | None
    voices: list[VoiceState]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture. cached: it was rendered before. image_hash: of the portrait, where the
    service tells it."""

    data: bytes
    media_type: str
    cached: bool
    image_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A still that the service keeps; ``filename`` is for ``download_output`` and
    ``delete_output``. latency_ms: in the service."""

    output_path: str
    filename: str
    emotion: str
    intensity: float
    latency_ms: float
    gpu_used: bool
    model_version: str
    width: int
    height: int
    image_hash: str


@dataclass(frozen=True, slots=True)
class JobProgress:
    """Frames done of total (None while unknown), how many a second, seconds that are left."""

    done: int = 0
    total: int | None = None
    frames_per_second: float | None = None
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class JobProblem:
    """Why a job failed."""

    status: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Job:
    """Work that takes longer than an answer may. state: ``queued``, ``running``, ``succeeded``,
    ``failed`` or ``cancelled``. Times are Unix seconds. problem: why it failed. report: what the
    verb says of its work. facts: all that the service says."""

    id: str
    kind: str
    state: str
    progress: JobProgress
    problem: JobProblem | None
    report: Mapping[str, Any] | None
    facts: Mapping[str, Any]

    @property
    def has_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the service keeps. id: for jobs and stills. facts: all that is said of it, as
    the faces of a portrait."""

    id: str
    facts: Mapping[str, Any]


def job_of(body: Any) -> Job:
    """Raises ApiError."""
    if not isinstance(body, dict):
        raise unexpected("no job")
    parts = {
        "progress": read(JobProgress, body.get("progress") or {}),
        "problem": read(JobProblem, body["problem"]) if body.get("problem") else None,
        "report": body.get("report"),
        "facts": body,
    }
    return read(Job, body | parts)


def voices_of(body: Any) -> Voices:
    """Raises ApiError."""
    listed = body.get("voices") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise unexpected("no list of voices")
    return read(Voices, body | {"voices": [read(VoiceState, each) for each in listed]})


def upload_of(body: Any) -> Upload:
    """Raises ApiError."""
    if not isinstance(body, dict):
        raise unexpected("no upload")
    return read(Upload, body | {"facts": body})


def id_of(upload: str | Upload) -> str:
    """Of an upload, or as it is."""
    return upload.id if isinstance(upload, Upload) else upload


def read(kind: type[T], body: Any) -> T:
    """A dataclass from the fields of an object; others are left. Raises ApiError."""
    if not isinstance(body, dict):
        raise unexpected(f"no object, where {kind.__name__} was expected")
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    try:
        return kind(**{name: value for name, value in body.items() if name in known})
    except TypeError as error:
        raise unexpected(str(error).replace("__init__() ", "")) from None


def body_of(answer: Answer) -> Any:
    """The JSON of an answer. Raises ApiError."""
    try:
        return answer.json()
    except ValueError:
        raise unexpected("no JSON") from None


def list_in(answer: Answer, name: str) -> list[Any]:
    """What an answer holds under a name. Raises ApiError."""
    body = body_of(answer)
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise unexpected(f"no list of {name}")
    return found


def picture_of(answer: Answer) -> Picture:
    """An answer that is a picture."""
    headers = answer.headers
    return Picture(
        answer.content,
        headers.get("content-type", ""),
        headers.get("x-cache") == "hit",
        headers.get("x-image-hash"),
    )


def unexpected(problem: str) -> ApiError:
    """A service that speaks otherwise than this client."""
    detail = f"the answer is {problem}; is this a Mien service, and not older than the client?"
    return ApiError(200, "unexpected-answer", detail)
