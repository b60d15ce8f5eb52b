"""Live sessions as answers tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from mien.service.live.figures import Stats
from mien.service.live.session import LiveSession, State
from mien.service.problems import problem_of

_CLOSED = ConfigDict(json_schema_extra={"additionalProperties": False})
_EXAMPLE = "/v1/sessions/9f1c8e5d9a1b4c7e8f6a2b3c4d5e6f70"


class StatsTold(BaseModel):
    """How well a session does, over its last ten seconds."""

    model_config = _CLOSED

    fps: float = Field(description="Frames per second that came.")
    latency_p50_ms: float | None = Field(
        description="From when a frame was due until it was encoded; half of them took less."
    )
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    delay_ms: float = Field(
        description="The session's `latency_ms` as it is now: more while the engine is too slow "
        "for all frames."
    )
    frames: int = Field(description="Since the session began.")
    dropped: int = Field(description="Not rendered, for want of time; since it began.")
    watchers: int = Field(description="Who watches now.")

    @classmethod
    def of(cls, stats: Stats, watchers: int) -> Self:
        return cls(
            fps=stats.fps,
            latency_p50_ms=stats.latency_p50_ms,
            latency_p95_ms=stats.latency_p95_ms,
            latency_p99_ms=stats.latency_p99_ms,
            delay_ms=stats.delay_ms,
            frames=stats.frames,
            dropped=stats.dropped,
            watchers=watchers,
        )


class SessionError(BaseModel):
    """Why a session failed."""

    model_config = _CLOSED

    code: str
    detail: str


class SessionTold(BaseModel):
    """A live session."""

    model_config = _CLOSED

    id: str = Field(examples=["9f1c8e5d9a1b4c7e8f6a2b3c4d5e6f70"])
    state: State
    portrait: str = Field(description="Id of the portrait that is shown.")
    engine: str
    fps: int
    latency_ms: float = Field(
        description="How much later than it is told the face does something, for its engine's "
        "sake; sound is as late. 0 for engines that draw one picture at a time.",
        examples=[0.0],
    )
    created: datetime
    websocket: str = Field(description="Path of its WebSocket.", examples=[_EXAMPLE + "/ws"])
    whep: str = Field(
        description="Where an offer to watch it over WebRTC is posted.",
        examples=[_EXAMPLE + "/whep"],
    )
    whip: str = Field(
        description="Where an offer to send it a camera and a microphone over WebRTC is posted.",
        examples=[_EXAMPLE + "/whip"],
    )
    stats: StatsTold
    ended: str | None = Field(description="Why it is closed or failed.")
    error: SessionError | None

    @classmethod
    def of(cls, session: LiveSession) -> Self:
        fate = session.fate
        place = f"/v1/sessions/{session.id}"
        error = None
        if fate is not None and fate.error is not None:
            _, code, detail = problem_of(fate.error)
            error = SessionError(code=code, detail=detail)
        return cls(
            id=session.id,
            state=session.state,
            portrait=session.portrait,
            engine=session.options.engine.name,
            fps=session.options.fps,
            latency_ms=round(1000 * session.latency_s, 1),
            created=datetime.fromtimestamp(session.created, UTC),
            websocket=f"{place}/ws",
            whep=f"{place}/whep",
            whip=f"{place}/whip",
            stats=StatsTold.of(session.stats, session.num_watchers),
            ended=None if fate is None else (error.detail if error else fate.reason),
            error=error,
        )


class SessionsTold(BaseModel):
    """Live sessions, the newest first."""

    model_config = _CLOSED

    sessions: list[SessionTold]


class TicketTold(BaseModel):
    """A pass for one WebSocket."""

    model_config = _CLOSED

    ticket: str
    expires_in_s: int = Field(examples=[30])
    subprotocols: list[str] = Field(
        description="For `new WebSocket(url, subprotocols)`.",
        examples=[["mien.v1", "ticket.0Kq3..."]],
    )


class SpeechTold(BaseModel):
    """What was taken to be said."""

    model_config = _CLOSED

    segment: str = Field(description="Name of it, in events.")
    duration_s: float
