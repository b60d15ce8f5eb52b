"""Live faces: begun, told what to do, looked at, ended."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Form, Path, Request, Response, UploadFile
from pydantic import BaseModel, Field

from mien.engines.base import check_settings
from mien.engines.settings import MAX_RESOLUTION, MIN_RESOLUTION, RESOLUTION_STEP, Decoder
from mien.errors import OptionError, UnreadableMediaError
from mien.media.audio import SAMPLE_RATE
from mien.motion.idle import IDLES
from mien.pipeline.live.types import LiveOptions
from mien.pipeline.options import MAX_SIDE, MIN_SIDE
from mien.pipeline.presets import LipsChoice
from mien.service.errors import TooLargeError
from mien.service.live.session import LONGEST_SEGMENT_ID
from mien.service.live.tickets import LIFE_S
from mien.service.live.wire import SUBPROTOCOL
from mien.service.parts import Service, TheService
from mien.service.problems import documented
from mien.service.rendering import while_connected
from mien.service.routes.numbers import Whole
from mien.service.routes.session_answers import (
    SessionsTold,
    SessionTold,
    SpeechTold,
    TicketTold,
)
from mien.service.routes.session_messages import STRICT, EmotionAsked, PortraitId
from mien.service.routes.stills import engine_for
from mien.service.security.guard import TICKET, Caller
from mien.service.security.keys import Owner
from mien.service.tasks.hearing import HearTask
from mien.service.tasks.networks import musetalk_here
from mien.service.uploads.upload import Upload, UploadKind

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

_LONGEST_SPEECH_S = 300.0
_HEARD: tuple[UploadKind, ...] = ("sound", "film")
_PORTRAIT = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
SessionId = Annotated[
    str,
    Path(pattern="^[0-9a-f]{32}$", examples=["9f1c8e5d9a1b4c7e8f6a2b3c4d5e6f70"]),
]


class SessionAsked(BaseModel):
    """A live face of an uploaded portrait."""

    model_config = STRICT

    portrait: PortraitId = Field(
        description="Id, as POST /v1/portraits gave it.", examples=[_PORTRAIT]
    )
    engine: str | None = Field(
        None, max_length=100, description="As GET /v1/engines names it.", examples=["mesh"]
    )
    resolution: Whole = Field(
        512,
        ge=MIN_RESOLUTION,
        le=MAX_RESOLUTION,
        multiple_of=RESOLUTION_STEP,
        description="Side of what personalive draws, pixels; less is quicker.",
    )
    decoder: Decoder = Field(
        "full", description="Of personalive; the tiny one is quicker, with less detail."
    )
    fps: Whole = Field(25, ge=1, le=60, description="Frames per second.")
    size: Annotated[Whole, Field(ge=MIN_SIDE, le=MAX_SIDE)] = Field(
        512, description="Pixels of the longest side."
    )
    face: Annotated[Whole, Field(ge=1, le=100)] = Field(
        1, description="Which face, the largest is 1."
    )
    idle: str = Field("natural", max_length=100, description="What it does while nothing happens.")
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] = Field(
        0, description="Of that: the same seed lives the same life."
    )
    transparent: bool = Field(
        False, description="Cut the person out; WebP, PNG and RGBA keep the transparency."
    )

    lips: LipsChoice = Field(
        "engine",
        description="Who makes the lips: the engine, or MuseTalk over what the engine made, which "
        "needs its weights.",
    )

    def drawing(self) -> dict[str, Any]:
        """Settings of the engine that were said."""
        return self.model_dump(include={"resolution", "decoder"}, exclude_unset=True)

    def options(self) -> LiveOptions:
        """Raises OptionError. Engine and lips are not looked at."""
        if self.idle not in IDLES:
            raise OptionError("idle", f"there is none of that name; take {', '.join(IDLES)}")
        return LiveOptions(
            fps=self.fps,
            size=self.size,
            face=self.face,
            idle=self.idle,
            seed=self.seed,
            transparent=self.transparent,
        )


_EXAMPLES: dict[str, Any] = {
    "plain": {"summary": "A face that idles", "value": {"portrait": _PORTRAIT}},
    "small": {
        "summary": "Small and cut out",
        "value": {"portrait": _PORTRAIT, "size": 256, "fps": 20, "transparent": True},
    },
}
_EMOTIONS: dict[str, Any] = {
    "happy": {"summary": "Happy", "value": {"name": "happy", "intensity": 0.8}},
}
_ASKED = documented(404, 422)
_TOLD = documented(404, 409, 422)


@router.post(
    "",
    operation_id="createSession",
    summary="Begin a live face",
    status_code=201,
    response_description="It is ready, and moves as soon as somebody watches.",
    responses={
        201: {
            "headers": {"Location": {"description": "Its path.", "schema": {"type": "string"}}},
        },
        **documented(404, 415, 422, 503),
    },
)
async def create(
    request: Request,
    asked: Annotated[SessionAsked, Body(openapi_examples=_EXAMPLES)],
    response: Response,
    service: TheService,
    owner: Caller,
) -> SessionTold:
    """Watch it over its WebSocket. One that nobody watches renders nothing, and is closed after
    `--session-idle-s`."""
    service.renderer.check_ready()
    engine = await asyncio.to_thread(engine_for, service, asked.engine)
    engine = replace(engine, **asked.drawing())
    check_settings(engine)
    options = replace(asked.options(), engine=engine)
    if asked.lips == "musetalk":
        base = service.settings.default_engine
        musetalk = await asyncio.to_thread(musetalk_here, base)
        options = replace(options, lips=asked.lips, musetalk=musetalk)
    session = await while_connected(request, service.live.create(owner, asked.portrait, options))
    response.headers["Location"] = f"/v1/sessions/{session.id}"
    return SessionTold.of(session)


@router.get(
    "",
    operation_id="listSessions",
    summary="Your live faces, the newest first",
)
async def sessions(service: TheService, owner: Caller) -> SessionsTold:
    """Those that ended lately are among them."""
    return SessionsTold(sessions=[SessionTold.of(each) for each in service.live.all(owner)])


@router.get("/{id}", operation_id="getSession", summary="How a live face is", responses=_ASKED)
async def session(id: SessionId, service: TheService, owner: Caller) -> SessionTold:
    return SessionTold.of(service.live.find(owner, id))


@router.delete(
    "/{id}",
    operation_id="deleteSession",
    summary="End a live face, or forget one that has ended",
    responses=_ASKED,
)
async def delete(id: SessionId, service: TheService, owner: Caller) -> SessionTold:
    """Whoever watches it is told. What it was is answered."""
    return SessionTold.of(await service.live.close(owner, id))


@router.post(
    "/{id}/ticket",
    operation_id="createTicket",
    summary="A pass for one WebSocket of a live face",
    status_code=201,
    responses=_TOLD,
)
async def ticket(id: SessionId, service: TheService, owner: Caller) -> TicketTold:
    """For browsers, whose WebSockets cannot send a key: say it as a subprotocol. It opens one
    socket, or as `?ticket=` one stream, within half a minute."""
    live = service.live.find(owner, id)
    live.check()
    sold = service.live.tickets.sell(live.id)
    subprotocols = [SUBPROTOCOL, TICKET + sold]
    return TicketTold(ticket=sold, expires_in_s=LIFE_S, subprotocols=subprotocols)


@router.post(
    "/{id}/speak",
    operation_id="speakInSession",
    summary="Let a live face say a sound",
    status_code=202,
    response_description="It will be said after what waits already.",
    responses=documented(404, 409, 415, 422, 503, 507),
)
async def speak(
    request: Request,
    id: SessionId,
    service: TheService,
    owner: Caller,
    file: Annotated[
        UploadFile | None, File(description="A sound, of at most five minutes; or name a driver.")
    ] = None,
    driver: Annotated[
        str | None,
        Form(
            pattern="^[0-9a-f]{64}$",
            description="Id of a sound, as POST /v1/drivers or POST /v1/speech gave it.",
        ),
    ] = None,
    segment: Annotated[
        str | None,
        Form(
            min_length=1,
            max_length=LONGEST_SEGMENT_ID,
            description="A name for it, in events; one is made up if it is left out.",
        ),
    ] = None,
) -> SpeechTold:
    """For sound that is there as a whole. Sound that is still being made is pushed over the
    WebSocket."""
    live = service.live.find(owner, id)
    live.check()
    pcm = await while_connected(request, _heard(service, owner, file, driver))
    name = segment or f"speech-{uuid.uuid4().hex[:12]}"
    live.push_audio(pcm, SAMPLE_RATE, name)
    live.end_segment()
    return SpeechTold(segment=name, duration_s=round(len(pcm) / 2 / SAMPLE_RATE, 3))


@router.post(
    "/{id}/clear",
    operation_id="clearSession",
    summary="Stop a live face from speaking",
    status_code=204,
    responses=_TOLD,
)
async def clear(id: SessionId, service: TheService, owner: Caller) -> None:
    """What was not said yet will not be. Whoever watches is told to drop what they have."""
    service.live.find(owner, id).clear()


@router.post(
    "/{id}/emotion",
    operation_id="setSessionEmotion",
    summary="Let a live face feel",
    status_code=204,
    responses=documented(404, 409, 415, 422),
)
async def emotion(
    id: SessionId,
    asked: Annotated[EmotionAsked, Body(openapi_examples=_EMOTIONS)],
    service: TheService,
    owner: Caller,
) -> None:
    service.live.find(owner, id).set_emotion(asked.name, asked.intensity, asked.transition_s)


async def _sound(
    service: Service, owner: Owner, file: UploadFile | None, driver: str | None
) -> Upload:
    """The one of both that was given; a file is kept as any driver is."""
    if driver is not None:
        if file is not None:
            raise OptionError("driver", "goes without file; give one of them")
        upload = await service.uploads.find(owner, driver)
        if upload.kind not in _HEARD:
            raise OptionError("driver", f"is a {upload.kind}; a sound or a film is needed")
        return upload
    if file is None:
        raise OptionError("file", "is missing; send a sound, or name a driver")
    return await service.uploads.receive(owner, file.file, name=file.filename or "", kinds=_HEARD)


async def _heard(
    service: Service, owner: Owner, file: UploadFile | None, driver: str | None
) -> bytes:
    """What there is to hear."""
    longest_s = min(_LONGEST_SPEECH_S, service.settings.max_duration_s)
    upload = await _sound(service, owner, file, driver)
    if (upload.facts.duration_s or 0) > longest_s:
        raise TooLargeError(f"it plays for more than {longest_s:g} s; cut it")
    try:
        return await service.executor.run(HearTask(upload.path, longest_s), lane="quick")
    except UnreadableMediaError as error:
        problem = str(error).removeprefix(f"{error.path}: ")
        raise UnreadableMediaError(upload.name or "the file", problem) from None
