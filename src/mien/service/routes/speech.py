"""Speech: words as sounds, where a synthesizer is installed, and what a mouth does meanwhile."""

from __future__ import annotations

import io
from textwrap import shorten
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from mien.errors import OptionError, SynthesizerError, UnreadableMediaError
from mien.pipeline.speaking import FASTEST, MOST_CHARACTERS, SLOWEST
from mien.pipeline.spoken_text import read_spoken_text
from mien.service.errors import TooLargeError
from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.rendering import while_connected
from mien.service.routes.job_requests import UploadId
from mien.service.routes.session_messages import STRICT
from mien.service.routes.upload_answers import DriverInfo, driver_info
from mien.service.security.guard import Caller
from mien.service.tasks.speaking import SayTask, VisemesTask, VoicesTask
from mien.service.uploads.patience import look
from mien.service.uploads.upload import Upload

router = APIRouter(prefix="/v1", tags=["speech"])

_LONGEST_S = 300.0
"""Of a sound that is heard while the caller waits."""
_MOST_TEXT = 10_000
_NAME_LENGTH = 40
_CLOSED = ConfigDict(json_schema_extra={"additionalProperties": False})
_SOUND = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
_SAY: dict[str, Any] = {
    "plain": {"summary": "In the default voice", "value": {"text": "Good morning."}},
    "slow": {
        "summary": "Slowly, in another voice",
        "value": {"text": "Good morning.", "voice": "en-gb", "rate": 0.8},
    },
}
_HEAR: dict[str, Any] = {
    "plain": {"summary": "By ear", "value": {"audio": _SOUND}},
    "known": {
        "summary": "With the words that are said",
        "value": {"audio": _SOUND, "text": "Hello, I am glad to see you.", "fps": 25},
    },
}
_MADE: dict[int | str, dict[str, Any]] = {
    status: {
        "description": words,
        "model": DriverInfo,
        "headers": {"Location": {"description": "Its path.", "schema": {"type": "string"}}},
    }
    for status, words in ((200, "It was here already."), (201, "It is kept."))
}


class VoiceTold(BaseModel):
    """A voice."""

    model_config = _CLOSED

    id: str = Field(description="The tag of its language.", examples=["en-us"])
    name: str = Field(examples=["English (America)"])


class VoicesTold(BaseModel):
    """What can speak on the machine of the service."""

    model_config = _CLOSED

    synthesizer: str | None = Field(
        description="Its program; null where there is none.", examples=["espeak-ng"]
    )
    problem: str | None = Field(description="Why nothing can speak, and what to install.")
    default: str | None = Field(
        description="The voice that is taken where none is named.", examples=["en-us"]
    )
    voices: list[VoiceTold]


class SpeechAsked(BaseModel):
    """Words, and how they are said."""

    model_config = STRICT

    text: str = Field(min_length=1, max_length=MOST_CHARACTERS, examples=["Good morning."])
    voice: str | None = Field(
        None, max_length=100, description="As GET /v1/voices names it.", examples=["en-us"]
    )
    rate: float = Field(1.0, ge=SLOWEST, le=FASTEST, description="1 is normal, 2 twice as fast.")


class VisemesAsked(BaseModel):
    """A sound, and its words where they are known."""

    model_config = STRICT

    audio: UploadId = Field(
        description="Id of a sound or film, as POST /v1/drivers gave it.", examples=[_SOUND]
    )
    text: str | None = Field(
        None, max_length=_MOST_TEXT, description="What is said, if known: times are more exact."
    )
    fps: Annotated[float, Field(ge=1, le=240)] = Field(24.0, description="Frames per second.")


class SegmentTold(BaseModel):
    """A sound of speech. start, end: seconds."""

    model_config = _CLOSED

    start: float = Field(examples=[0.21])
    end: float = Field(examples=[0.29])
    phoneme: str = Field(description="ARPAbet.", examples=["HH"])
    viseme: str = Field(description="Oculus' name of the mouth shape.", examples=["kk"])
    confidence: float = Field(examples=[0.93])


class MouthTold(BaseModel):
    """What the mouth does in a frame. time: of its middle, seconds."""

    model_config = _CLOSED

    time: float
    viseme: str
    mouth: list[float] = Field(description="jaw_open, lip_width, lip_rounding; 0 to 1.")
    closure: float = Field(description="1 where the lips touch, 0.5 where teeth and lip do.")
    blendshapes: dict[str, float] = Field(description="ARKit's, those that are not 0.")


class VisemesTold(BaseModel):
    """What a mouth does while a sound plays: docs/visemes.md."""

    model_config = _CLOSED

    audio: str = Field(description="The sound's name.", examples=["hello.ogg"])
    duration: float = Field(description="Seconds.", examples=[2.9])
    rate: str = Field(description="Frames per second, exact.", examples=["24/1"])
    backend: str = Field(description="What recognised it.", examples=["alignment"])
    warnings: list[str]
    segments: list[SegmentTold]
    frames: list[MouthTold]


@router.get(
    "/voices",
    operation_id="listVoices",
    summary="What can say words here",
    responses=documented(503),
)
async def voices(service: TheService, owner: Caller) -> VoicesTold:
    """Those of eSpeak NG, or of eSpeak, where one is installed beside the service; else none, and
    `problem` says what to install."""
    try:
        found = await service.executor.run(VoicesTask(), lane="quick", owner=owner)
    except SynthesizerError as error:
        return VoicesTold(synthesizer=None, problem=str(error), default=None, voices=[])
    return VoicesTold(
        synthesizer=found.synthesizer,
        problem=None,
        default=found.default,
        voices=[VoiceTold(id=each.id, name=each.name) for each in found.voices],
    )


@router.post(
    "/speech",
    operation_id="createSpeech",
    summary="Make a sound of words",
    status_code=201,
    responses={**_MADE, **documented(409, 415, 422, 503, 507)},
)
async def speech(
    request: Request,
    asked: Annotated[SpeechAsked, Body(openapi_examples=_SAY)],
    response: Response,
    service: TheService,
    owner: Caller,
) -> DriverInfo:
    """What is made is a driver as any other sound that was sent, for jobs and live faces. Without a
    synthesizer: 503 `no-synthesizer`."""

    async def made() -> Upload:
        task = SayTask(asked.text, asked.voice, asked.rate)
        wav = await service.executor.run(task, lane="quick", owner=owner)
        name = shorten(asked.text, _NAME_LENGTH, placeholder="…") + ".wav"
        return await service.uploads.receive(owner, io.BytesIO(wav), name=name, kinds=("sound",))

    upload = await while_connected(request, made())
    response.headers["Location"] = f"/v1/drivers/{upload.id}"
    if not upload.new:
        response.status_code = 200
    return driver_info(upload)


@router.post(
    "/visemes",
    operation_id="findVisemes",
    summary="What a mouth does while a sound plays",
    response_model=VisemesTold,
    responses=documented(404, 409, 415, 422, 503, 507),
)
async def visemes(
    request: Request,
    asked: Annotated[VisemesAsked, Body(openapi_examples=_HEAR)],
    service: TheService,
    owner: Caller,
) -> Response:
    """The phonemes with their times, and the mouth of every frame, as `mien visemes` writes them;
    for sounds of at most five minutes."""
    text = read_spoken_text(asked.text, None)
    upload = await service.uploads.find(owner, asked.audio)
    if upload.kind not in ("sound", "film"):
        raise OptionError("audio", f"is a {upload.kind}; a sound or a film is needed")
    length_s, longest_s = upload.facts.duration_s or 0.0, _LONGEST_S
    if length_s > longest_s:
        raise TooLargeError(f"it plays for more than {longest_s:g} s; cut it")
    if length_s * asked.fps > service.settings.max_frames:
        most = service.settings.max_frames
        raise TooLargeError(f"there would be more than {most} frames; ask for a lower fps")
    name = upload.name or "the sound"
    task = VisemesTask(upload.path, name, text, asked.fps)
    work = look(service.executor, task, kind="sound", owner=owner, name=name)
    try:
        return Response(await while_connected(request, work), media_type="application/json")
    except UnreadableMediaError as error:
        raise UnreadableMediaError(name, str(error).removeprefix(f"{error.path}: ")) from None
