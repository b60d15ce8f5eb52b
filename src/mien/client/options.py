"""Keyword arguments of the verbs that have many: what is left out is as the service has it."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class RenderOptions(TypedDict, total=False):
    """Of stills that the service keeps. width, height: pixels."""

    intensity: float
    output_format: Literal["png", "jpg", "webp"]
    width: int
    height: int


class FrameOptions(TypedDict, total=False):
    """Of JPEGs that are answered at once."""

    intensity: float
    width: int
    height: int


class StillOptions(TypedDict, total=False):
    """Of stills of an uploaded portrait: emotion, or valence and arousal, or edits. size: the
    longest side, or width and height."""

    emotion: str
    intensity: float
    valence: float
    arousal: float
    edits: dict[str, Any]
    size: int
    width: int
    height: int
    format: Literal["png", "jpg", "webp"]
    quality: int
    face: int | Literal["all"]
    engine: str
