"""Fields of forms that several contracts share, and their words for the documentation."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, UploadFile
from pydantic.json_schema import SkipJsonSchema

from mien.pipeline.options import MAX_SIDE, MIN_SIDE

SIDE = 512
"""Pixels of a still's sides where nothing else is said."""

Absent = SkipJsonSchema[None]
"""A field that may be left out. Not documented as null: a form has none."""
SourceImage = Annotated[
    UploadFile | Absent,
    File(description="The portrait: PNG, JPEG or WebP. Or give `image_hash`."),
]
ImageHash = Annotated[
    str | Absent,
    Form(
        description="SHA-256 of a portrait that was sent before, in hex, instead of the file. "
        "404 says that it must be sent again."
    ),
]
Strength = Annotated[
    float, Form(ge=0, le=1, allow_inf_nan=False, description="0 shows nothing, 1 all of it.")
]
Side = Annotated[
    int,
    Form(
        ge=MIN_SIDE,
        le=MAX_SIDE,
        description="Pixels. The whole portrait is centred in width and height.",
    ),
]
