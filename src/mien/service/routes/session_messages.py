"""What clients tell a session, in JSON: bodies of HTTP and messages of the WebSocket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from mien.service.live.session import (
    HIGHEST_RATE,
    LONGEST_SEGMENT_ID,
    LONGEST_TRANSITION_S,
    LOWEST_RATE,
)
from mien.service.live.wire import LAST_SEQ, MalformedError
from mien.service.routes.numbers import Whole

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_LONGEST_TEXT = 10_000

Unit = Annotated[float, Field(ge=0, le=1)]
Both = Annotated[float, Field(ge=-1, le=1)]
Transition = Annotated[float, Field(ge=0, le=LONGEST_TRANSITION_S, description="Seconds.")]

SegmentId = Annotated[str, Field(min_length=1, max_length=LONGEST_SEGMENT_ID)]
PortraitId = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class EmotionAsked(BaseModel):
    """A feeling from now on."""

    model_config = STRICT

    name: str = Field(
        max_length=100, description="As GET /v1/expressions names it.", examples=["happy"]
    )
    intensity: Unit = 0.7
    transition_s: Transition = 0.6


class Start(BaseModel):
    """Send pictures from now on, in this form; with or without sound."""

    model_config = STRICT
    type: Literal["start"]
    form: Literal["jpeg", "webp", "png", "rgba"] = "jpeg"
    sound: bool = True


class Stop(BaseModel):
    """Send no more of them."""

    model_config = STRICT
    type: Literal["stop"]


class AudioFormat(BaseModel):
    """What the sound is that follows: int16 mono at this rate."""

    model_config = STRICT
    type: Literal["audio_format"]
    rate: Annotated[Whole, Field(ge=LOWEST_RATE, le=HIGHEST_RATE)]


class BeginSegment(BaseModel):
    """The sound that follows belongs to this segment."""

    model_config = STRICT
    type: Literal["begin_segment"]
    segment: SegmentId


class EndOfSegment(BaseModel):
    model_config = STRICT
    type: Literal["end_segment"]


class ClearAsked(BaseModel):
    model_config = STRICT
    type: Literal["clear"]


class Emotion(EmotionAsked):
    type: Literal["emotion"]


class OtherPortrait(BaseModel):
    model_config = STRICT
    type: Literal["portrait"]
    id: PortraitId
    transition_s: Transition = 0.5


class CalibrationAsked(BaseModel):
    """The camera's next face is a neutral one."""

    model_config = STRICT
    type: Literal["recalibrate"]


class Look(BaseModel):
    """Both null: the eyes are left to themselves."""

    model_config = STRICT
    type: Literal["look_at"]
    right: Both | None = None
    up: Both | None = None


class Attention(BaseModel):
    model_config = STRICT
    type: Literal["listening"]
    on: bool


class Ack(BaseModel):
    """All messages up to this one have been dealt with."""

    model_config = STRICT
    type: Literal["ack"]
    seq: Annotated[Whole, Field(ge=0, le=LAST_SEQ)]


class StatsAsked(BaseModel):
    model_config = STRICT
    type: Literal["stats"]


Said = (
    Start
    | Stop
    | AudioFormat
    | BeginSegment
    | EndOfSegment
    | ClearAsked
    | Emotion
    | OtherPortrait
    | CalibrationAsked
    | Look
    | Attention
    | Ack
    | StatsAsked
)
_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def said(text: str) -> Said:
    """Raises MalformedError for what is no message."""
    if len(text) > _LONGEST_TEXT:
        raise MalformedError(f"a text message has more than {_LONGEST_TEXT} characters")
    try:
        return _SAID.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the message"
        raise MalformedError(f"{place}: {first['msg']}") from None
    except RecursionError:
        raise MalformedError("the message is nested too deeply") from None
