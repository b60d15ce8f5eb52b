"""Stills: a portrait looked at, or shown with expressions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mien.drivers.edits import drive_with_edits
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.landmarks import NUM_SKIN
from mien.media import PictureKind, encode_picture, read_still
from mien.motion.edits import Edits
from mien.motion.expressions import DEFAULT_INTENSITY, Expression, feeling, find_expression
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions, FaceChoice, Size
from mien.pipeline.portraits.canvas import canvas, fit, flatten
from mien.pipeline.portraits.casting import check_sides
from mien.pipeline.stills import STILL_RATE, Studio, motion_of, open_studio
from mien.pipeline.verbs.expression_file import known_expressions
from mien.types import Face, Image, Motion, Portrait, Progress, ProgressCallback

StillFormat: TypeAlias = PictureKind
PREVIEW_SIDE, _PREVIEW_QUALITY = 256, 85
"""Longest side of a preview, pixels, and how good a JPEG it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is put on the face: an expression by name, or a feeling, or edits; the portrait as it
    is if none of them. intensity: 0..1, of the expression or the feeling."""

    expression: str | None = None
    intensity: float = DEFAULT_INTENSITY
    valence: float | None = None
    arousal: float | None = None
    edits: Edits | None = None

    def motion(self, known: Mapping[str, Expression]) -> Motion:
        """The one frame that shows it.

        Raises ExpressionError for a name that is not known, OptionError for numbers out of range
        and for looks that contradict each other.
        """
        felt = self.valence is not None or self.arousal is not None
        if (self.expression is not None) + felt + (self.edits is not None) > 1:
            problem = "goes without --valence, --arousal and edits; give one of them"
            raise OptionError("--emotion" if self.expression is not None else "--valence", problem)
        if self.expression is not None:
            return motion_of([find_expression(known, self.expression).moment(self.intensity)])
        if felt:
            if self.valence is None or self.arousal is None:
                missing = "--valence" if self.valence is None else "--arousal"
                raise OptionError(missing, "is missing; a feeling is valence and arousal")
            return motion_of([feeling(known, self.valence, self.arousal).moment(self.intensity)])
        return drive_with_edits(self.edits or Edits(), fps=STILL_RATE, num_frames=1)


@dataclass(frozen=True, slots=True)
class Still:
    """An encoded picture. ms: rendering and encoding it."""

    data: bytes
    width: int
    height: int
    ms: float


@dataclass(frozen=True, slots=True)
class StillsTask:
    """One portrait with each of the looks, as `mien express` and `mien edit` make them. portrait:
    a file here. key: SHA-256 of its content, hex. quality: of jpg and webp."""

    portrait: Path
    key: str
    looks: tuple[Look, ...]
    engine: EngineSettings
    size: Size | None = None
    face: FaceChoice = 1
    format: StillFormat = "png"
    quality: int = 90

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[Still, ...]:
        """The stills in the order of the looks; all looks are checked before any work."""
        known = known_expressions()
        motions = [look.motion(known) for look in self.looks]
        options = AnimateOptions(engine=chosen_engine(self.engine), face=self.face, size=self.size)
        stills = []
        with open_studio(
            self.portrait,
            options,
            keep_alpha=self.format != "jpg",
            keeper=keeper,
            content=self.key,
        ) as studio:
            for look, motion in zip(self.looks, motions, strict=True):
                stills.append(self._still(_as_edited(studio, options, look), motion))
                progress(Progress(len(stills), len(self.looks)))
        return tuple(stills)

    def _still(self, studio: Studio, motion: Motion) -> Still:
        started = time.perf_counter()
        (pixels,) = studio.stills(motion)
        data = encode_picture(pixels, self.format, quality=self.quality)
        height, width = pixels.shape[:2]
        return Still(data, width, height, 1000 * (time.perf_counter() - started))


def _as_edited(studio: Studio, options: AnimateOptions, look: Look) -> Studio:
    """The studio for a look: edits may fix how far eyes and lips are open."""
    if look.edits is None or not look.edits.parts:
        return studio
    return Studio(studio.cast, replace(options, retarget=look.edits.parts), studio.watch)


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
    """Read a picture and find its faces; one without faces has none."""

    portrait: Path
    key: str

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Inspected:
        """Raises UnreadableMediaError."""
        progress(Progress(0, None))
        return inspected(read_still(self.portrait), self.portrait, keeper)


def inspected(portrait: Portrait, name: Path, keeper: Keeper) -> Inspected:
    """What a picture is, which complaints call by this name. Raises UnreadableMediaError."""
    height, width = portrait.pixels.shape[:2]
    check_sides(name, width, height)
    worked_on = canvas(portrait, None, keep_alpha=False)
    scale = width / worked_on.pixels.shape[1]
    faces = keeper.find_faces(worked_on.pixels)
    boxes = tuple(_box(face, scale, (width, height)) for face in faces)
    preview = encode_picture(_preview(worked_on), "jpg", quality=_PREVIEW_QUALITY)
    return Inspected(width, height, boxes, preview)


def _box(
    face: Face, scale: float, picture_size: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Around a face found in a picture that was made smaller by ``scale``."""
    points = (face.landmarks[:NUM_SKIN, :2] + 0.5) * scale - 0.5
    low = np.maximum(points.min(axis=0), 0)
    high = np.minimum(points.max(axis=0), np.array(picture_size) - 1)
    left, top = low.tolist()
    width, height = np.maximum(high - low, 0).tolist()
    return left, top, width, height


def _preview(portrait: Portrait) -> Image:
    pixels = flatten(portrait).pixels
    return fit(pixels, PREVIEW_SIDE) if max(pixels.shape[:2]) > PREVIEW_SIDE else pixels
