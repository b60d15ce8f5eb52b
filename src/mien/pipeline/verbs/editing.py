"""A picture or a film whose face is changed by sliders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mien.checks import shown
from mien.drivers.edits import drive_with_edits
from mien.engines.settings import EngineSettings
from mien.errors import OptionError, OutputError
from mien.face.boxed import Box
from mien.media import STILL_EXTENSIONS, PictureFile
from mien.motion.edits import Edits
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import MAX_SIDE, AnimateOptions, CropChoice, FaceChoice, Size
from mien.pipeline.play import Driving, play
from mien.pipeline.portraits.films import in_step_with, is_film
from mien.pipeline.report import Report, StillReport
from mien.pipeline.stills import STILL_RATE, open_studio
from mien.pipeline.target import result_path
from mien.types import Framing, ProgressCallback

NO_EDITS = Edits()
_PICTURES_ONLY = frozenset(STILL_EXTENSIONS) - {".webp"}


def edit(
    source: str | Path,
    edits: Edits = NO_EDITS,
    *,
    output: str | Path | None = None,
    engine: str | EngineSettings = "mesh",
    face: FaceChoice = 1,
    size: Size | None = None,
    crop_scale: float | None = None,
    crop_x: float | None = None,
    crop_y: float | None = None,
    box: Box | None = None,
    crop: CropChoice = "none",
    paste_back: bool = True,
    force: bool = False,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
) -> StillReport | Report:
    """Change the face of a picture, or in every frame of a film: its expression, gaze, pose.

    ``mien.edit("me.jpg", mien.Edits(smile=0.6, yaw=-10), output="out.png")``. The options are
    those of ``mien edit`` (docs/editing.md). No edits give the picture back as it is. A film stays
    a film and keeps its sound; ``progress`` is called after each of its frames.
    ``keeper``: whose engine and prepared portraits are used; without it an engine is loaded for
    this run alone.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
        engine=chosen_engine(engine),
        face=face,
        size=size,
        framing=Framing(crop_scale, crop_x, crop_y),
        box=box,
        crop=crop,
        paste_back=paste_back,
        retarget=edits.parts,
        force=force,
    )
    film = is_film(source)
    extension, now = ".mp4" if film else ".png", datetime.now()
    with result_path(output, "edit", now, inputs=(source,), extension=extension) as path:
        if film:
            return _edit_film(source, path, edits, options, progress, keeper)
        return _edit_picture(source, path, edits, options, keeper)


def parse_shapes(texts: Iterable[str]) -> dict[str, float]:
    """``jawOpen=0.4`` and so on: blendshapes and their values. OptionError for what is not
    written so, or is there twice."""
    shapes: dict[str, float] = {}
    for name, value in map(_parse_shape, texts):
        if name in shapes:
            raise OptionError("--set", f"{shown(name)} is set twice; give it once")
        shapes[name] = value
    return shapes


def _parse_shape(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        problem = "has no number behind =" if equals else "has no ="
        raise OptionError("--set", f"{shown(text)} {problem}; write jawOpen=0.4") from None


def _edit_picture(
    source: str | Path,
    path: str | Path,
    edits: Edits,
    options: AnimateOptions,
    keeper: Keeper | None,
) -> StillReport:
    file = PictureFile(path, force=options.force)
    with open_studio(
        source, options, keep_alpha=file.alpha, longest_side=MAX_SIDE, keeper=keeper
    ) as studio:
        (still,) = studio.stills(drive_with_edits(edits, fps=STILL_RATE, num_frames=1))
        with studio.watch.stage("encode"):
            file.write(still)
        return studio.report(path)


def _edit_film(
    source: str | Path,
    path: str | Path,
    edits: Edits,
    options: AnimateOptions,
    progress: ProgressCallback | None,
    keeper: Keeper | None,
) -> Report:
    if Path(path).suffix.lower() in _PICTURES_ONLY:
        known = ".mp4, .webm, .gif or .webp"
        raise OutputError(path, f"is a picture's name, but {source} is a film; end it with {known}")
    options = in_step_with(source, replace(options, keep_audio="source"))

    def drive() -> Driving:
        assert options.fps is not None, "the film's"
        return Driving(drive_with_edits(edits, fps=options.fps, num_frames=options.max_frames))

    return play(source, path, options, drive, progress=progress, keeper=keeper)
