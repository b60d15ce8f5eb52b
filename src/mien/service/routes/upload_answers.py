"""What is told of portraits and drivers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mien.service.uploads.portraits import Portrait
from mien.service.uploads.upload import Upload

_ID = "8828e3f97f7a12f2b08a24840dae2636c818e2a5745fc676fc03715b6c8b653f"
_CONFIG = ConfigDict(extra="forbid")

Id = Annotated[str, Field(description="SHA-256 of the file, in hex.", examples=[_ID])]
Name = Annotated[
    str, Field(description="As its sender calls it; for showing only.", examples=["me.png"])
]
Created = Annotated[datetime, Field(description="When it came first, UTC.")]
Size = Annotated[int, Field(description="Bytes.", examples=[464915])]


class FaceBox(BaseModel):
    """Where a face is, in pixels of the portrait; x and y of its upper left corner."""

    model_config = _CONFIG

    x: float = Field(examples=[171.0])
    y: float = Field(examples=[59.5])
    width: float = Field(examples=[110.2])
    height: float = Field(examples=[144.9])


class PortraitInfo(BaseModel):
    """A portrait that was sent."""

    model_config = _CONFIG

    id: Id
    kind: Literal["picture", "film"] = Field(examples=["picture"])
    width: int = Field(description="Pixels, upright.", examples=[512])
    height: int = Field(description="Pixels, upright.", examples=[512])
    faces: list[FaceBox] = Field(
        description="The largest first; of a film those in its first picture that shows any."
    )
    duration_s: float | None = Field(description="Of a film, or a picture that moves.")
    media_type: str = Field(examples=["image/png"])
    size: Size
    name: Name
    created: Created
    preview: str = Field(
        description="Path of a small JPEG.", examples=[f"/v1/portraits/{_ID}/preview"]
    )


class PortraitList(BaseModel):
    """Portraits, the newest first."""

    model_config = _CONFIG

    portraits: list[PortraitInfo]


class DriverInfo(BaseModel):
    """Something that was sent to move portraits, or to be heard."""

    model_config = _CONFIG

    id: Id
    kind: Literal["film", "sound", "template", "picture"] = Field(examples=["film"])
    duration_s: float | None = Field(description="None for what does not move.", examples=[4.2])
    num_frames: int | None = Field(examples=[126])
    width: int | None = Field(description="Pixels, upright; of films and pictures.", examples=[640])
    height: int | None = Field(examples=[480])
    media_type: str = Field(examples=["video/mp4"])
    size: Size
    name: Name
    created: Created


class DriverList(BaseModel):
    """Drivers, the newest first."""

    model_config = _CONFIG

    drivers: list[DriverInfo]


def _created(upload: Upload) -> datetime:
    return datetime.fromtimestamp(int(upload.created), UTC)


def portrait_info(portrait: Portrait) -> PortraitInfo:
    upload = portrait.upload
    return PortraitInfo(
        id=upload.id,
        kind=portrait.kind,
        width=portrait.width,
        height=portrait.height,
        faces=[FaceBox(x=x, y=y, width=wide, height=high) for x, y, wide, high in portrait.faces],
        duration_s=upload.facts.duration_s,
        media_type=upload.media_type,
        size=upload.size,
        name=upload.name,
        created=_created(upload),
        preview=f"/v1/portraits/{upload.id}/preview",
    )


def driver_info(upload: Upload) -> DriverInfo:
    return DriverInfo(
        id=upload.id,
        kind=upload.kind,
        duration_s=upload.facts.duration_s,
        num_frames=upload.facts.num_frames,
        width=upload.facts.width,
        height=upload.facts.height,
        media_type=upload.media_type,
        size=upload.size,
        name=upload.name,
        created=_created(upload),
    )
