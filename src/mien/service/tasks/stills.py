"""Stills: a portrait looked at, or shown with expressions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.engines.settings import EngineSettings
from mien.motion.edits import Edits
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import FaceChoice, Size
from mien.types import ProgressCallback

StillFormat = Literal["png", "jpg", "webp"]


@dataclass(frozen=True, slots=True)
class Look:
    """What is put on the face: an expression by name, or a feeling, or edits; 0..1 strong."""

    expression: str | None = None
    intensity: float = 0.7
    valence: float | None = None
    arousal: float | None = None
    edits: Edits | None = None


@dataclass(frozen=True, slots=True)
class Still:
    """An encoded picture. ms: rendering and encoding it."""

    data: bytes
    width: int
    height: int
    ms: float


@dataclass(frozen=True, slots=True)
class StillsTask:
    """One portrait with each of the looks. portrait: a file here. key: of its content."""

    portrait: Path
    key: str
    looks: tuple[Look, ...]
    engine: EngineSettings
    size: Size | None = None
    face: FaceChoice = 1
    format: StillFormat = "png"
    quality: int = 90

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[Still, ...]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a portrait is: pixels, faces (left, top, width, height in its pixels, largest first),
    and a small JPEG of it."""

    width: int
    height: int
    faces: tuple[tuple[float, float, float, float], ...]
    preview: bytes


@dataclass(frozen=True, slots=True)
class InspectTask:
    """Read a picture and find its faces."""

    portrait: Path
    key: str

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Inspected:
        raise NotImplementedError
