"""From files to a file: a picture follows a film or another picture."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

from mien.drivers.looping import Loop
from mien.drivers.video import ReferenceChoice
from mien.motion.timeline import Timeline
from mien.pipeline.driving import choose_driver
from mien.pipeline.emotions import read_emotions
from mien.pipeline.options import AnimateOptions, FaceChoice, KeepAudio, Size, parse_rate
from mien.pipeline.play import play
from mien.pipeline.report import Report
from mien.pipeline.target import result_path
from mien.types import Part, ProgressCallback, Region


def animate(
    source: str | Path,
    *,
    driving: str | Path | None = None,
    emotions: str | Path | Timeline | None = None,
    output: str | Path | None = None,
    engine: str = "mesh",
    relative: bool = True,
    multiplier: float = 1.0,
    region: Region = "all",
    crop_scale: float | None = None,
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
    keep_audio: KeepAudio = "driving",
    reference: ReferenceChoice = "auto",
    seed: int = 0,
    eyes_open: float | None = None,
    lips_open: float | None = None,
    retarget: Collection[Part] = (),
    normalize_lips: bool = False,
    force: bool = False,
    progress: ProgressCallback | None = None,
) -> Report:
    """Move the face of a picture as another picture's or a video's face moves.

    The options are those of ``mien animate`` (docs/cli.md). ``progress`` is called after every
    frame; an exception it raises ends the run, leaves no file, and comes out of this function.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
        emotions=None if emotions is None else read_emotions(emotions),
        engine=engine,
        relative=relative,
        multiplier=multiplier,
        region=region,
        crop_scale=crop_scale,
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
        reference=reference,
        seed=seed,
        eyes_open=eyes_open,
        lips_open=lips_open,
        retarget=frozenset(retarget),
        normalize_lips=normalize_lips,
        force=force,
    )
    inputs = (source,) if driving is None else (source, driving)
    with result_path(output, "animate", datetime.now(), inputs=inputs) as path:
        drive = partial(choose_driver, driving, options)
        return play(source, path, options, drive, progress=progress)
