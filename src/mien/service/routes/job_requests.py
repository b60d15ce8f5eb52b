"""What can be asked for as a job: the options of the verbs, by the names of docs/cli.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from mien.drivers.joyvasa.settings import MOST_GUIDANCE, MOST_MOTION, MOST_STEPS, PoseSmoothing
from mien.drivers.length import MAX_DURATION_S
from mien.drivers.looping import Loop
from mien.engines.settings import (
    MAX_BATCH,
    MAX_GUIDANCE,
    MAX_RESOLUTION,
    MAX_SMOOTHING,
    MAX_STEPS,
    MIN_RESOLUTION,
    RESOLUTION_STEP,
    STEPS,
    Decoder,
    Precision,
    RuntimeName,
    Species,
    Tier,
)
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.pipeline.options import MAX_SIDE, MIN_SIDE, CropChoice, KeepAudio
from mien.pipeline.presets import LipsChoice, Preset
from mien.pipeline.speakers import AudioDriver
from mien.retouch.musetalk.boxes import MARGIN_PX, MAX_MARGIN_PX, MAX_SHIFT_PX
from mien.retouch.musetalk.masks import MaskMode
from mien.service.routes.numbers import Whole
from mien.service.routes.stills import EditsAsked
from mien.types import MAX_RATIO, HeadRotation, Part, Region

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_ID = "[0-9a-f]{64}"
_MOST_KEYFRAMES = 1000
PORTRAIT = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_SOUND = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"

UploadId = Annotated[str, Field(pattern=f"^{_ID}$", examples=[PORTRAIT])]
Side = Annotated[Whole, Field(ge=MIN_SIDE, le=MAX_SIDE)]
Share = Annotated[float, Field(ge=0, le=1)]
Both = Annotated[float, Field(ge=-1, le=1)]
Ratio = Annotated[float, Field(ge=0, le=MAX_RATIO)]
Seconds = Annotated[float, Field(gt=0, le=MAX_DURATION_S)]
Seed = Annotated[Whole, Field(ge=0, le=2**32 - 1)]
Rate = (
    Annotated[float, Field(ge=1, le=240)]
    | Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,9}|/\d{1,9})?$", examples=["30000/1001"])]
)
FilmFormat = Literal["mp4", "webm", "gif", "webp"]


class KeyframeAsked(BaseModel):
    """From `time` (seconds) on the face goes to an expression."""

    model_config = _STRICT

    time: float = Field(ge=0, le=MAX_DURATION_S)
    expression: str = Field(max_length=100, examples=["happy"])
    intensity: Share = DEFAULT_INTENSITY
    transition: float | None = Field(None, gt=0, description="Seconds that the way takes.")


Emotions: TypeAlias = (
    Annotated[str, Field(max_length=50_000, examples=["0:neutral 1.5:happy:0.8 4:calm"])]
    | Annotated[list[KeyframeAsked], Field(min_length=1, max_length=_MOST_KEYFRAMES)]
)


class _Asked(BaseModel):
    """What all kinds have: the engine's options and the picture's, as in docs/cli.md."""

    model_config = _STRICT

    source: UploadId = Field(description="Id of the portrait, as POST /v1/portraits gave it.")
    engine: str | None = Field(
        None, max_length=100, description="As GET /v1/engines names it.", examples=["mesh"]
    )
    precision: Precision = Field("auto", description="Of the arithmetic.")
    runtime: RuntimeName = Field("auto", description="What executes the networks.")
    tier: Tier = Field("auto", description="How much exactness is given for speed on a CPU.")
    species: Species = Field("humans", description="Whose weights.")
    stitching: bool = Field(True, description="Hold the shoulders where they are.")
    hold_eyes: bool = Field(
        False,
        description="Of a film that is the source: keep the eyes as far open as at its start.",
    )
    source_smoothing: float | None = Field(
        None, ge=0, le=MAX_SMOOTHING, description="When a film moves a film; 0 takes none."
    )
    orthonormal: bool = Field(False, description="Make smoothed rotations rotations again.")
    batch: Whole = Field(1, ge=1, le=MAX_BATCH, description="Frames rendered together.")
    steps: Whole = Field(
        STEPS, ge=STEPS, le=MAX_STEPS, multiple_of=STEPS, description="Of personalive's diffusion."
    )
    guidance: float = Field(
        1.0,
        ge=1,
        le=MAX_GUIDANCE,
        description="How much further personalive's pictures follow portrait and driver.",
    )
    resolution: Whole = Field(
        512,
        ge=MIN_RESOLUTION,
        le=MAX_RESOLUTION,
        multiple_of=RESOLUTION_STEP,
        description="Side of what personalive draws, pixels.",
    )
    decoder: Decoder = Field(
        "full",
        description="Of personalive and musetalk; the tiny one is quicker, with less detail.",
    )
    offload: bool = Field(
        False, description="Bring networks to the card one by one: slower, and fits smaller cards."
    )
    compiled: bool = Field(
        False, description="Compile networks for the card: minutes at first, then faster."
    )
    face: Annotated[Whole, Field(ge=1, le=100)] | Literal["all"] = Field(
        1, description="Which face, the largest is 1."
    )
    box: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
        None, description="Left, top, width and height of a face that is not found by itself."
    )
    crop_scale: float | None = Field(None, ge=1, le=5)
    crop_x: Both | None = None
    crop_y: Both | None = None
    crop: CropChoice = Field(
        "none", description="What of a picture is worked on and shown: all, or head and shoulders."
    )
    paste_back: bool = Field(True, description="The whole picture, or the moving crop alone.")
    size: Side | None = Field(None, description="The longest side; the portrait's own if left out.")
    width: Side | None = Field(None, description="With `height`, instead of `size`.")
    height: Side | None = Field(None, description="With `width`, instead of `size`.")

    def options(self) -> dict[str, Any]:
        """What was said, in JSON."""
        return _said(self)


def _said(asked: BaseModel) -> dict[str, Any]:
    return asked.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"kind"})


class AnimateAsked(_Asked):
    """A portrait, or a film, moves as a driver does, or shows emotions in time."""

    kind: Literal["animate"]
    driving: str | None = Field(
        None,
        pattern=f"^({_ID}|idle:[a-z]{{1,30}})$",
        description="Id of a film, picture or template, or `idle:blink`, `idle:nod`,"
        " `idle:natural`.",
        examples=["idle:natural"],
    )
    emotions: Emotions | None = Field(None, description="Instead of a driver, or over an idle one.")
    relative: bool = Field(True, description="Add the driver's changes, or take it as it is.")
    multiplier: float = Field(1.0, ge=0, le=3, description="Gain of the motion.")
    region: Region = Field("all", description="What moves.")
    head_rotation: HeadRotation = Field(
        "add", description="Of a film that is the source: what the driver's head does to its own."
    )
    side_by_side: bool = Field(False, description="Driver, source and result in one row.")
    smooth: float = Field(1.0, ge=0, le=10, description="Over time; 0 is none.")
    max_frames: Whole = Field(0, ge=0, description="0 is all.")
    start: float = Field(0.0, ge=0, le=MAX_DURATION_S, description="Where in the driver, seconds.")
    duration: Seconds | None = Field(None, description="Of the result.")
    loop: Loop = Field("none", description="How a driver that is too short goes on.")
    fps: Rate | None = Field(None, description="The driver's if left out.")
    keep_audio: KeepAudio | None = None
    audio: UploadId | None = Field(None, description="A sound to put under the result.")
    reference: Annotated[Whole, Field(ge=1)] | Literal["auto", "first"] = Field(
        "auto", description="The driver's frame that counts as its neutral."
    )
    seed: Seed = 0
    eyes_open: Ratio | None = None
    lips_open: Ratio | None = None
    retarget: Annotated[list[Part], Field(max_length=2)] = []
    normalize_lips: bool = False
    format: FilmFormat = "mp4"


class ExpressAsked(_Asked):
    """An expression on a portrait: a picture, or a film of the way there."""

    kind: Literal["express"]
    emotion: str | None = Field(
        None, max_length=100, description="As GET /v1/expressions names it.", examples=["happy"]
    )
    valence: Both | None = Field(None, description="From unpleasant to pleasant; with `arousal`.")
    arousal: Both | None = Field(None, description="From calm to excited; with `valence`.")
    every: bool = Field(False, description="A sheet of all expressions; the format is a picture's.")
    intensity: Share = DEFAULT_INTENSITY
    duration: Seconds | None = Field(None, description="Of a film.")
    seed: Seed = 0
    format: Literal["png", "jpg", "webp", "mp4", "webm", "gif"] = "png"


class JoyVasaAsked(BaseModel):
    """How JoyVASA makes its motion."""

    model_config = _STRICT

    guidance: float = Field(2.0, ge=0, le=MOST_GUIDANCE, description="By the speech.")
    steps: Whole = Field(MOST_STEPS, ge=1, le=MOST_STEPS, description="Fewer are quicker.")
    head_motion: float = Field(1.0, ge=0, le=MOST_MOTION)
    expression_motion: float = Field(1.0, ge=0, le=MOST_MOTION)
    pose_smoothing: PoseSmoothing = Field("mien", description="Upstream's holds the head still.")
    lead_in: bool = Field(True, description="Hear two frames of silence first.")


class TalkAsked(_Asked):
    """A portrait says what a sound says."""

    kind: Literal["talk"]
    audio: UploadId = Field(
        description="Id of a sound or film, as POST /v1/drivers gave it.", examples=[_SOUND]
    )
    text: str | None = Field(
        None, max_length=100_000, description="What is said: much better times."
    )
    emotion: str | None = Field(None, max_length=100, examples=["happy"])
    emotions: Emotions | None = Field(None, description="Instead of `emotion`.")
    intensity: Share = Field(DEFAULT_INTENSITY, description="Of `emotion`.")
    gaze: Annotated[list[Both], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Where the eyes look: to the picture's right, and up."
    )
    liveliness: Share = Field(0.5, description="How much head and brows move.")
    driving: str | None = Field(
        None,
        pattern="^idle:[a-z]{1,30}$",
        description="What the body does in the place of a speaker's gestures.",
        examples=["idle:natural"],
    )
    preset: Preset | None = Field(
        None,
        description="Engine and lips by one word: `draft` is mesh, `standard` liveportrait, `best`"
        " liveportrait with musetalk's lips.",
    )
    audio_driver: AudioDriver = Field(
        "speech", description="What makes the motion of the sound; `joyvasa` needs its weights."
    )
    joyvasa: JoyVasaAsked | None = Field(None, description="With `audio_driver` joyvasa.")
    lips: LipsChoice = Field(
        "engine", description="Who makes the lips; `musetalk` needs its weights."
    )
    fps: Rate | None = Field(None, description="25 if left out.")
    duration: Seconds | None = Field(None, description="The sound's if left out.")
    seed: Seed = 0
    format: FilmFormat = "mp4"


class LipsyncAsked(BaseModel):
    """A film is dubbed, or a picture speaks: MuseTalk paints the lips, and nothing else changes."""

    model_config = _STRICT

    kind: Literal["lipsync"]
    source: UploadId = Field(description="Id of the portrait, as POST /v1/portraits gave it.")
    audio: UploadId = Field(
        description="Id of a sound or film, as POST /v1/drivers gave it.", examples=[_SOUND]
    )
    face: Annotated[Whole, Field(ge=1, le=100)] | Literal["all"] = Field(
        1, description="Which face, the largest is 1."
    )
    mask: MaskMode = Field("auto", description="What of the face is painted.")
    extra_margin: Whole = Field(
        MARGIN_PX, ge=0, le=MAX_MARGIN_PX, description="Pixels below the chin that belong to it."
    )
    bbox_shift: Whole = Field(
        0, ge=-MAX_SHIFT_PX, le=MAX_SHIFT_PX, description="Above 0 mouths open more."
    )
    loop: Loop = Field("pingpong", description="What follows a film shorter than the sound.")
    fps: Rate | None = Field(None, description="A film's own if left out, else 25.")
    decoder: Decoder = Field("full", description="The tiny one is quicker, and shows less detail.")
    format: FilmFormat = "mp4"

    def options(self) -> dict[str, Any]:
        """What was said, in JSON."""
        return _said(self)


class EditAsked(_Asked):
    """A picture or a film whose face is changed by sliders."""

    kind: Literal["edit"]
    edits: EditsAsked = Field(default_factory=EditsAsked)  # type: ignore[valid-type]
    format: Literal["png", "jpg", "webp", "mp4", "webm", "gif"] | None = Field(
        None, description="png for pictures, mp4 for films if left out."
    )


JobAsked: TypeAlias = Annotated[
    AnimateAsked | ExpressAsked | TalkAsked | LipsyncAsked | EditAsked, Field(discriminator="kind")
]
EXAMPLES: Mapping[str, Any] = {
    "animate": {
        "summary": "A portrait that lives",
        "value": {"kind": "animate", "source": PORTRAIT, "driving": "idle:natural", "duration": 5},
    },
    "emotions": {
        "summary": "Emotions in time",
        "value": {
            "kind": "animate",
            "source": PORTRAIT,
            "emotions": "0:neutral 1.5:happy:0.8 4:calm",
            "format": "webm",
        },
    },
    "express": {
        "summary": "An expression, as a film",
        "value": {"kind": "express", "source": PORTRAIT, "emotion": "happy", "format": "mp4"},
    },
    "talk": {
        "summary": "A portrait that speaks",
        "value": {"kind": "talk", "source": PORTRAIT, "audio": _SOUND, "text": "Hello there!"},
    },
    "lipsync": {
        "summary": "A film, dubbed",
        "value": {"kind": "lipsync", "source": PORTRAIT, "audio": _SOUND},
    },
    "edit": {
        "summary": "Sliders",
        "value": {"kind": "edit", "source": PORTRAIT, "edits": {"smile": 0.6, "yaw": -10}},
    },
}
