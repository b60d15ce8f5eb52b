"""Live faces pushed to receivers by RTMP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.routes.rtc_answers import SessionId
from mien.service.routes.session_messages import STRICT
from mien.service.security.guard import Caller
from mien.service.streams.pushes import Push, PushState

router = APIRouter(prefix="/v1/sessions/{id}/pushes", tags=["sessions"])

_CLOSED = ConfigDict(json_schema_extra={"additionalProperties": False})
_ASKED = documented(404, 422)
_EXAMPLES: dict[str, Any] = {
    "rtmps": {"summary": "With TLS", "value": {"url": "rtmps://live.example.org/app/stream-key"}},
}
PushId = Annotated[
    str, Path(pattern="^[0-9a-f]{32}$", examples=["0f3e5a7c9b1d4f6e8a2c4e6f80123456"])
]


class PushAsked(BaseModel):
    """Where to."""

    model_config = STRICT

    url: str = Field(
        min_length=1,
        max_length=2000,
        description="rtmp://host/app/key or rtmps://host/app/key. The key is in no answer and log.",
        examples=["rtmps://live.example.org/app/stream-key"],
    )


class PushTold(BaseModel):
    """A receiver of a session."""

    model_config = _CLOSED

    id: str = Field(examples=["0f3e5a7c9b1d4f6e8a2c4e6f80123456"])
    url: str = Field(description="Without its key.", examples=["rtmps://live.example.org/app/***"])
    state: PushState = Field(description="`connecting` also again, after an interruption.")
    reason: str | None = Field(description="Why it is not running any more, or not yet again.")
    frames: int = Field(description="Pictures that were sent.")
    dropped: int = Field(description="Pictures that the receiver was not there or too slow for.")
    created: datetime

    @classmethod
    def of(cls, push: Push) -> Self:
        return cls(
            id=push.id,
            url=push.url,
            state=push.state,
            reason=push.reason,
            frames=push.frames,
            dropped=push.dropped,
            created=datetime.fromtimestamp(push.created, UTC),
        )


class PushesTold(BaseModel):
    """The receivers of a session, the oldest first."""

    model_config = _CLOSED

    pushes: list[PushTold]


@router.post(
    "",
    operation_id="pushSession",
    summary="Push a live face to a receiver by RTMP",
    status_code=201,
    response_description="It connects.",
    responses={
        201: {
            "headers": {"Location": {"description": "Its path.", "schema": {"type": "string"}}},
        },
        **documented(403, 404, 409, 415, 422, 503),
    },
)
async def push(
    id: SessionId,
    asked: Annotated[PushAsked, Body(openapi_examples=_EXAMPLES)],
    response: Response,
    service: TheService,
    owner: Caller,
) -> PushTold:
    """H.264 and AAC, to hosts that the setting `push_to` of the service names: 403 for others. A
    receiver that is lost is called again, five times in a row at most."""
    begun = service.pushes.begin(service.live.find(owner, id), asked.url)
    response.headers["Location"] = f"/v1/sessions/{id}/pushes/{begun.id}"
    return PushTold.of(begun)


@router.get(
    "",
    operation_id="listPushes",
    summary="Where a live face is pushed to",
    responses=_ASKED,
)
async def pushes(id: SessionId, service: TheService, owner: Caller) -> PushesTold:
    """Those that failed lately are among them; none once the session has ended."""
    session = service.live.find(owner, id)
    return PushesTold(pushes=[PushTold.of(each) for each in service.pushes.all(session.id)])


@router.get("/{push}", operation_id="getPush", summary="How a push is", responses=_ASKED)
async def one(id: SessionId, push: PushId, service: TheService, owner: Caller) -> PushTold:
    session = service.live.find(owner, id)
    return PushTold.of(service.pushes.find(session.id, push))


@router.delete(
    "/{push}",
    operation_id="deletePush",
    summary="End a push, or forget one that has failed",
    responses=_ASKED,
)
async def delete(id: SessionId, push: PushId, service: TheService, owner: Caller) -> PushTold:
    """Answered when nothing of it is left. What it was is answered."""
    session = service.live.find(owner, id)
    return PushTold.of(await service.pushes.end(session.id, push))
