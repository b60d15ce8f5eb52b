"""A picture whose faces are found and prepared: what may be kept and moved many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mien.engines.settings import EngineSettings
from mien.face.boxed import Box
from mien.pipeline.options import CropChoice, FaceChoice, Size
from mien.types import Face, Framing, Portrait


@dataclass(frozen=True, slots=True)
class PortraitKey:
    """All that decides what a picture is prepared to. content: of its file, such as a hash in
    hex; one content, one key. size: None where paste-back is off. keep_alpha: None where it
    makes no difference, because nothing is transparent."""

    content: str
    engine: EngineSettings
    face: FaceChoice
    framing: Framing
    box: Box | None
    size: Size | None
    longest_side: int
    keep_alpha: bool | None
    crop: CropChoice = "none"


@dataclass(frozen=True, slots=True)
class PreparedPortrait:
    """portrait: the picture as it is worked on. faces: those that move. sources: the same as the
    engine prepared them. faces_found: in the picture. opaque: whether it is the same with and
    without transparency."""

    portrait: Portrait
    faces: Sequence[Face]
    sources: Sequence[Any]
    faces_found: int
    opaque: bool
