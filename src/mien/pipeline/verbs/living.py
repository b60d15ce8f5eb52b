"""A live face on this machine, moved by a camera and a microphone: no server is needed."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from mien.checks import check_choice, check_whole
from mien.drivers.length import check_duration, frames_in
from mien.engines.settings import EngineSettings, settings_of
from mien.errors import MienWarning, UnreadableMediaError
from mien.media.camera import open_camera
from mien.media.camera.choice import camera_source
from mien.media.microphone import open_microphone
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.expressions.expression import check_intensity
from mien.pipeline.broadcast import Broadcast, Outlet, Tally
from mien.pipeline.broadcast.ear import Ear
from mien.pipeline.broadcast.eye import Eye
from mien.pipeline.broadcast.loop import Direction
from mien.pipeline.broadcast.outlets import Outlets
from mien.pipeline.broadcast.report import LiveReport
from mien.pipeline.broadcast.virtual_camera import VirtualCamera
from mien.pipeline.engine_choice import beside_others, chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions
from mien.pipeline.live.face import MOST_FPS
from mien.pipeline.networks import musetalk_beside
from mien.pipeline.options import AnimateOptions, FaceChoice, Size
from mien.pipeline.portraits.films import is_film
from mien.pipeline.presets import LIPS, LipsChoice
from mien.pipeline.stopwatch import Stopwatch
from mien.pipeline.target import result_path
from mien.types import Progress, ProgressCallback

_MEASURED = 75
"""Pictures after which the delay is told."""


def live(
    source: str | Path,
    *,
    camera: int | str | Path | None = None,
    microphone: int | str | Path | None = None,
    loop: bool = False,
    mirror: bool = False,
    emotion: str | None = None,
    intensity: float = DEFAULT_INTENSITY,
    window: bool | None = None,
    virtual_camera: bool = False,
    push: str | None = None,
    output: str | Path | None = None,
    engine: str | EngineSettings = "mesh",
    lips: LipsChoice = "engine",
    face: FaceChoice = 1,
    size: Size | None = 512,
    fps: int = 25,
    duration: float | None = None,
    max_frames: int = 0,
    seed: int = 0,
    force: bool = False,
    notice: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
    progress: ProgressCallback | None = None,
    keeper: Keeper | None = None,
) -> LiveReport:
    """Let a portrait live: it follows a camera, says what a microphone hears, and idles.

    The options are those of ``mien live`` (docs/live-command.md). It lasts for ``duration`` seconds
    or ``max_frames`` frames, until its window is closed, until the films that stand in for camera
    and microphone are over, or until ``stop``, which is asked often, says so. An exception, Ctrl-C
    included, leaves no file.

    notice: is told the measured delay where it matters. progress: called after every picture.
    keeper: whose engine and prepared portraits are used, if not some of this run alone.

    Raises an InputError for bad input, before any file is written. MienWarnings tell of a camera
    that is lost, or that shows no face.
    """
    options = _options(settings_of(engine), lips, fps, size, face, seed)
    num_frames = _num_frames(options, duration, max_frames)
    check_intensity(intensity)
    given = [each for each in (source, camera, microphone) if isinstance(each, str | Path)]
    with _target(output, given) as path:
        wanted = Outlets.of(window, virtual_camera, push, path, force=force)
        if is_film(source):
            raise UnreadableMediaError(source, "is a video; a live face takes a picture")
        _check_inputs(camera, microphone, mirror=mirror, loop=loop)
        watch = Stopwatch()
        with ExitStack() as stack:
            with watch.stage("prepare"):
                kept = stack.enter_context(Keeper()) if keeper is None else keeper
                portrait = stack.enter_context(closing(LiveFace(source, options, kept)))
                if emotion is not None:
                    portrait.set_emotion(emotion, intensity, 0.0)
                outlets, screen = wanted.open(
                    stack, portrait.size, fps, sound=microphone is not None
                )
                measured = _introduced(outlets, notice)
                direction = Direction(
                    list if screen is None else screen.keys,
                    stop or (lambda: False),
                    _after_pictures(measured, progress, num_frames),
                )
                # The last ones to be opened: films and sounds play from then on.
                ear = eye = None
                if microphone is not None:
                    heard = open_microphone(microphone, loop=loop)
                    ear = Ear(stack.enter_context(closing(heard)), portrait, fps)
                if camera is not None:
                    seen = stack.enter_context(open_camera(camera, loop=loop))
                    eye = Eye(seen, portrait, mirror=mirror)
            broadcast = Broadcast(portrait, fps, outlets, eye=eye, ear=ear, direction=direction)
            with watch.stage("show"):
                tally = broadcast.run(num_frames)
        return _report(path, options, portrait, tally, watch.seconds)


def _report(
    path: str | Path | None,
    options: LiveOptions,
    portrait: LiveFace,
    tally: Tally,
    seconds: Mapping[str, float],
) -> LiveReport:
    return LiveReport(
        output=None if path is None else str(Path(path)),
        engine=options.engine.name,
        frames=tally.num_shown,
        dropped=tally.num_dropped,
        size=portrait.size,
        fps=tally.num_shown / seconds["show"],
        delay_ms=tally.picture_delay_ms,
        delay_p95_ms=tally.picture_delay_p95_ms,
        sound_delay_ms=tally.sound_delay_ms,
        latency_ms=round(1000 * portrait.latency_frames / options.fps, 1),
        seconds=seconds,
    )


def _options(
    engine: EngineSettings,
    lips: LipsChoice,
    fps: int,
    size: Size | None,
    face: FaceChoice,
    seed: int,
) -> LiveOptions:
    """MuseTalk runs where the engine does. Raises OptionError, EngineUnavailableError."""
    if lips == "engine":
        return LiveOptions(chosen_engine(engine), fps, size, face, seed=seed)
    check_choice("--lips", lips, LIPS)
    painter = musetalk_beside(engine)
    chosen = chosen_engine(beside_others(engine))
    return LiveOptions(chosen, fps, size, face, seed=seed, lips=lips, musetalk=painter)


def _num_frames(options: LiveOptions, duration: float | None, max_frames: int) -> int | None:
    """How many there will be at most. Raises OptionError."""
    check_whole("--fps", options.fps, least=1, most=MOST_FPS)
    AnimateOptions(
        face=options.face, size=options.size, seed=options.seed, max_frames=max_frames
    )  # what it checks
    limits = [max_frames] if max_frames else []
    if duration is not None:
        check_duration(duration)
        limits.append(frames_in(duration, Fraction(options.fps)))
    return min(limits, default=None)


def _check_inputs(
    camera: int | str | Path | None,
    microphone: int | str | Path | None,
    *,
    mirror: bool,
    loop: bool,
) -> None:
    """Raises what looking for a camera raises; MienWarning for what does nothing."""
    if camera is not None:
        camera_source(camera)
    elif mirror:
        warnings.warn("--mirror does nothing without --camera", MienWarning, stacklevel=3)
    if loop and camera is None and microphone is None:
        problem = "--loop does nothing without --camera or --microphone"
        warnings.warn(problem, MienWarning, stacklevel=3)


def _target(
    output: str | Path | None, given: list[str | Path]
) -> AbstractContextManager[str | Path | None]:
    if output is None:
        return nullcontext()
    return result_path(output, "live", datetime.now(), inputs=tuple(given))


def _introduced(
    outlets: Sequence[Outlet], notice: Callable[[str], None] | None
) -> Callable[[str], None] | None:
    """Who is to be told of the delay: where there is a virtual camera, which is named."""
    for outlet in outlets:
        if isinstance(outlet, VirtualCamera) and notice is not None:
            notice(f"the virtual camera is {outlet.name}")
            return notice
    return None


def _after_pictures(
    notice: Callable[[str], None] | None,
    progress: ProgressCallback | None,
    num_frames: int | None,
) -> Callable[[Tally], None]:
    """Called after every picture."""
    told = notice is None

    def tell(tally: Tally) -> None:
        nonlocal told
        if not told and tally.num_shown >= _MEASURED:
            text = _delay_text(tally)
            if text is not None and notice is not None:
                told = True
                notice(text)
        if progress is not None:
            progress(Progress(tally.num_shown + tally.num_dropped, num_frames))

    return tell


def _delay_text(tally: Tally) -> str | None:
    """What a microphone must be delayed by to be in time with the picture; lips that follow the
    microphone are later than a head that follows the camera."""
    if tally.sound_delay_ms is not None:
        delay_ms, what = tally.sound_delay_ms, "microphone to picture"
    elif tally.picture_delay_ms is not None:
        delay_ms, what = tally.picture_delay_ms, "camera to picture"
    else:
        return None
    return f"{what} takes {math.ceil(delay_ms)} ms: delay the microphone by as much"
