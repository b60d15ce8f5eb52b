"""From files to a file: a picture follows a film or another picture."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

from mien.drivers import drive_with_image, drive_with_video
from mien.drivers.looping import Loop
from mien.drivers.video import ReferenceChoice
from mien.face import MeshTracker
from mien.media import AudioTrack, open_video, sniff
from mien.pipeline.options import AnimateOptions, FaceChoice, KeepAudio, Size, parse_rate
from mien.pipeline.play import Driving, play
from mien.pipeline.report import Report
from mien.pipeline.target import result_path
from mien.types import ProgressCallback, Region

STILL_RATE = Fraction(30)
"""Frames per second of a result driven by a picture, unless asked otherwise."""


def animate(
    source: str | Path,
    *,
    driving: str | Path,
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
    force: bool = False,
    progress: ProgressCallback | None = None,
) -> Report:
    """Move the face of a picture as another picture's or a video's face moves.

    The options are those of ``mien animate`` (docs/cli.md). ``progress`` is called after every
    frame; an exception it raises ends the run, leaves no file, and comes out of this function.

    Raises an InputError for bad input, before any file is written.
    """
    options = AnimateOptions(
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
        force=force,
    )
    inputs = (source, driving)
    with result_path(output, "animate", datetime.now(), inputs=inputs) as path:
        drive = partial(_follow, driving, options)
        return play(source, path, options, drive, progress=progress)


def _follow(driving: str | Path, options: AnimateOptions) -> Driving:
    max_frames = options.max_frames or None
    if sniff(driving) == "still":
        rate = options.fps or STILL_RATE
        motion = drive_with_image(
            driving, duration_s=options.duration, max_frames=max_frames, fps=rate
        )
        return Driving(motion)
    motion = drive_with_video(
        driving,
        MeshTracker(),
        reference=options.reference,
        start_s=options.start,
        duration_s=options.duration,
        max_frames=max_frames,
        fps=options.fps,
        loop=options.loop,
        smooth=options.smooth,
    )
    return Driving(motion, _sound(driving, options))


def _sound(driving: str | Path, options: AnimateOptions) -> AudioTrack | None:
    """The driver's sound from the same moment on; repeated with the pictures only where they
    are, once forwards otherwise."""
    if options.keep_audio == "none":
        return None
    with open_video(driving, start_s=options.start) as video:
        return video.audio(loop=options.loop == "repeat")
