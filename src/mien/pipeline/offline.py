"""From files to a file: the two things people ask of Mien."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from importlib.resources import as_file, files
from pathlib import Path

from mien.drivers import drive_with_image, drive_with_video, perform
from mien.drivers.looping import Loop
from mien.drivers.video import ReferenceChoice
from mien.errors import OutputError
from mien.face import MeshTracker, crop_around
from mien.media import AudioTrack, open_sink, open_video, sniff
from mien.pipeline.casting import Cast, cast_faces
from mien.pipeline.composition import Composition, CropAlone, PastedBack, SideBySide
from mien.pipeline.contact_sheet import ContactSheet
from mien.pipeline.options import (
    MIN_SIDE,
    AnimateOptions,
    FaceChoice,
    KeepAudio,
    Size,
    parse_rate,
)
from mien.pipeline.report import Report
from mien.pipeline.run import Take, record
from mien.pipeline.stopwatch import Stopwatch
from mien.pipeline.target import result_path
from mien.types import Frame, Motion, ProgressCallback, Region

STILL_RATE = Fraction(30)
"""Frames per second of a result driven by a picture, unless asked otherwise."""
SHEET_SCALE = 2.2
"""Side of a contact sheet's tiles, in face heights."""


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
    path = result_path(output, "animate", datetime.now())
    return _play(source, path, options, lambda: _follow(driving, options), progress)


def demo(
    source: str | Path | None = None,
    *,
    output: str | Path | None = None,
    force: bool = False,
    progress: ProgressCallback | None = None,
) -> Report:
    """Play the built-in six-second performance with a portrait, the built-in one if none is
    given; a contact sheet (``Report.sheet``) is written beside the result.

    Raises an InputError for bad input, before any file is written.
    """
    path = result_path(output, "demo", datetime.now())
    sheet_path = path.with_suffix(".png")
    if sheet_path.exists() and not force:
        raise OutputError(sheet_path, "exists already; use --force to overwrite it")
    with _portrait_file(source) as portrait:
        motion = perform()
        viewer = _SheetMaker(motion.num_frames or 1)
        options = AnimateOptions(force=force)
        report = _play(portrait, path, options, lambda: _Driver(motion), progress, viewer)
    viewer.sheet.save(sheet_path)
    return replace(report, sheet=str(sheet_path))


class _SheetMaker:
    """Makes a contact sheet of the first face."""

    sheet: ContactSheet

    def __init__(self, num_frames: int) -> None:
        self._num_frames = num_frames

    def __call__(self, cast: Cast) -> Callable[[Frame], None]:
        height, width = cast.portrait.pixels.shape[:2]
        crop = crop_around(cast.faces[0].landmarks, (width, height), scale=SHEET_SCALE)
        self.sheet = ContactSheet(self._num_frames, crop)
        return self.sheet.add


@dataclass(frozen=True, slots=True)
class _Driver:
    motion: Motion
    audio: AudioTrack | None = None


def _play(
    source: str | Path,
    path: Path,
    options: AnimateOptions,
    drive: Callable[[], _Driver],
    progress: ProgressCallback | None,
    viewer: Callable[[Cast], Callable[[Frame], None]] | None = None,
) -> Report:
    watch = Stopwatch()
    keeps_alpha = _checked_alpha(path, options)
    with ExitStack() as stack:
        with watch.stage("prepare"):
            casting = cast_faces(source, options, keep_alpha=keeps_alpha)
            cast = stack.enter_context(casting)
            driver = drive()
        take = Take(
            cast.actors,
            driver.motion,
            options.motion,
            _composition(cast, options, driver.motion),
            driver.audio,
        )
        outcome = record(
            take,
            path,
            force=options.force,
            watch=watch,
            progress=progress,
            on_frame=viewer(cast) if viewer else None,
        )
    seconds = watch.seconds
    return Report(
        output=str(path),
        engine=options.engine,
        frames=outcome.frames,
        size=outcome.size,
        rate=driver.motion.rate,
        fps=outcome.frames / seconds["total"],
        faces_found=cast.faces_found,
        faces_lost=outcome.faces_lost,
        seconds=seconds,
    )


def _checked_alpha(path: Path, options: AnimateOptions) -> bool:
    """Whether the output keeps transparency; OutputError now rather than after the work."""
    return open_sink(
        path, size=(MIN_SIDE, MIN_SIDE), rate=Fraction(1), alpha=True, force=options.force
    ).alpha


def _follow(driving: str | Path, options: AnimateOptions) -> _Driver:
    max_frames = options.max_frames or None
    if sniff(driving) == "still":
        rate = options.fps or STILL_RATE
        motion = drive_with_image(
            driving, duration_s=options.duration, max_frames=max_frames, fps=rate
        )
        return _Driver(motion)
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
    return _Driver(motion, _sound(driving, options))


def _sound(driving: str | Path, options: AnimateOptions) -> AudioTrack | None:
    """The driver's sound from the same moment on; repeated with the pictures only where they
    are, once forwards otherwise."""
    if options.keep_audio == "none":
        return None
    with open_video(driving, start_s=options.start) as video:
        return video.audio(loop=options.loop == "repeat")


def _composition(cast: Cast, options: AnimateOptions, motion: Motion) -> Composition:
    result: Composition = (
        PastedBack(cast.portrait) if options.paste_back else CropAlone(options.size)
    )
    if not options.side_by_side:
        return result
    return SideBySide(cast.portrait, result, motion.reference.pixels)


@contextmanager
def _portrait_file(source: str | Path | None) -> Generator[str | Path]:
    """The source, or the built-in portrait as a file."""
    if source is not None:
        yield source
        return
    with as_file(files("mien").joinpath("data", "astronaut.png")) as path:
        yield path
