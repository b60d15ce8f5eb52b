"""From files to a file: a picture follows a film or another picture."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

from mien.drivers.looping import Loop
from mien.drivers.video import ReferenceChoice
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.face.boxed import Box
from mien.motion.timeline import Timeline
from mien.pipeline.driving import check_driver, choose_driver
from mien.pipeline.emotions import read_emotions
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import (
    AnimateOptions,
    CropChoice,
    FaceChoice,
    KeepAudio,
    Size,
    parse_rate,
)
from mien.pipeline.play import play
from mien.pipeline.portraits.films import in_step_with, is_film
from mien.pipeline.report import Report
from mien.pipeline.sound import as_long_as_its_sound
from mien.pipeline.target import result_path
from mien.types import Framing, HeadRotation, Part, ProgressCallback, Region


def animate(
    source: str | Path,
    *,
    driving: str | Path | None = None,
    emotions: str | Path | Timeline | None = None,
    output: str | Path | None = None,
    engine: str | EngineSettings = "mesh",
    relative: bool = True,
    multiplier: float = 1.0,
    region: Region = "all",
    crop_scale: float | None = None,
    crop_x: float | None = None,
    crop_y: float | None = None,
    box: Box | None = None,
    crop: CropChoice = "none",
    paste_back: bool = True,
    side_by_side: bool = False,
    face: FaceChoice = 1,
    smooth: float = 1.0,
    max_frames: int = 0,
    start: float = 0.0,
    duration: float | None = None,
    loop: Loop = "none",
    fps: str | float | Fraction | None = None,
    size: Size | None = None,
    keep_audio: KeepAudio | None = None,
    audio: str | Path | None = None,
    reference: ReferenceChoice = "auto",
    seed: int = 0,
    eyes_open: float | None = None,
    lips_open: float | None = None,
    retarget: Collection[Part] | None = None,
    normalize_lips: bool = False,
    head_rotation: HeadRotation = "add",
    force: bool = False,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
) -> Report:
    """Move the face of a picture, or of a film, as another picture's or a video's face moves.

    The options are those of ``mien animate`` (docs/cli.md). ``progress`` is called after every
    frame; an exception it raises ends the run, leaves no file, and comes out of this function.
    ``keeper``: whose engine and prepared portraits are used; without it an engine is loaded for
    this run alone.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
        emotions=None if emotions is None else read_emotions(emotions),
        engine=chosen_engine(engine),
        relative=relative,
        multiplier=multiplier,
        region=region,
        framing=Framing(crop_scale, crop_x, crop_y),
        box=box,
        crop=crop,
        paste_back=paste_back,
        side_by_side=side_by_side,
        face=face,
        smooth=smooth,
        max_frames=max_frames,
        start=start,
        duration=duration,
        loop=loop,
        fps=None if fps is None else parse_rate(fps),
        size=size,
        keep_audio=keep_audio,
        audio=audio,
        reference=reference,
        seed=seed,
        eyes_open=eyes_open,
        lips_open=lips_open,
        retarget=None if retarget is None else frozenset(retarget),
        normalize_lips=normalize_lips,
        head_rotation=head_rotation,
        force=force,
    )
    inputs = [path for path in (source, driving, audio) if path is not None]
    with result_path(output, "animate", datetime.now(), inputs=tuple(inputs)) as path:
        options = _resolved(source, options)
        check_driver(driving, options)
        drive = partial(choose_driver, driving, options)
        return play(source, path, options, drive, progress=progress, keeper=keeper)


def _resolved(source: str | Path, options: AnimateOptions) -> AnimateOptions:
    """The options with what source and sound decide: rate and length."""
    if is_film(source):
        options = in_step_with(source, options)
    elif options.keep_audio == "source":
        raise OptionError("--keep-audio", f"{source} is a picture, which has no sound to keep")
    return as_long_as_its_sound(options)
