"""A live face on this machine, moved by a camera and a microphone: no server is needed."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from mien.checks import check_whole
from mien.drivers.length import check_duration, frames_in
from mien.engines.settings import EngineSettings
from mien.errors import OptionError, UnreadableMediaError
from mien.media import open_sink
from mien.media.camera import open_camera
from mien.media.camera.choice import camera_source
from mien.media.microphone import open_microphone
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.pipeline.broadcast import Broadcast, Outlet, Tally
from mien.pipeline.broadcast.background import Background
from mien.pipeline.broadcast.ear import Ear
from mien.pipeline.broadcast.eye import Eye
from mien.pipeline.broadcast.film import FilmOutlet
from mien.pipeline.broadcast.loop import Direction
from mien.pipeline.broadcast.push import PushOutlet
from mien.pipeline.broadcast.virtual_camera import VirtualCamera, check_package
from mien.pipeline.broadcast.window import Window, has_display
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions
from mien.pipeline.live.face import MOST_FPS
from mien.pipeline.options import MIN_SIDE, AnimateOptions, FaceChoice, Size
from mien.pipeline.portraits.films import is_film
from mien.pipeline.target import result_path
from mien.types import Progress, ProgressCallback

_MEASURED = 75
"""Pictures after which the delay is told."""


@dataclass(frozen=True, slots=True)
class LiveReport:
    """Facts of a live run.

    output: the file, if there is one. frames: pictures that were shown. dropped: those that were
    not, for want of time; a file shows the one before for as long. fps: pictures per second of wall
    time. delay_ms, delay_p95_ms: from when a camera's picture was there until the face that follows
    it was shown, median and 95th percentile; None without a camera. sound_delay_ms: from when
    somebody began to speak into the microphone until that is heard and seen, median; None where
    nobody did. seconds: wall time per stage.
    """

    output: str | None
    engine: str
    frames: int
    dropped: int
    size: tuple[int, int]
    fps: float
    delay_ms: float | None
    delay_p95_ms: float | None
    sound_delay_ms: float | None
    seconds: Mapping[str, float]

    def to_json(self) -> str:
        """One line of JSON."""
        facts = asdict(self)
        facts["fps"] = round(self.fps, 2)
        facts["seconds"] = {name: round(spent, 4) for name, spent in self.seconds.items()}
        return json.dumps(facts)


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
    options = LiveOptions(chosen_engine(engine), fps, size, face, seed=seed)
    num_frames = _num_frames(options, duration, max_frames)
    given = [each for each in (source, camera, microphone) if isinstance(each, str | Path)]
    with _target(output, given) as path:
        wanted = _Outlets.of(window, virtual_camera, push, path, force=force)
        if is_film(source):
            raise UnreadableMediaError(source, "is a video; a live face takes a picture")
        if camera is not None:
            camera_source(camera)
        began_s, told = time.monotonic(), notice or (lambda text: None)
        with ExitStack() as stack:
            kept = stack.enter_context(Keeper()) if keeper is None else keeper
            portrait = stack.enter_context(closing(LiveFace(source, options, kept)))
            if emotion is not None:
                portrait.set_emotion(emotion, intensity, 0.0)
            outlets, screen = wanted.open(stack, portrait.size, fps, sound=microphone is not None)
            for name in (each.name for each in outlets if isinstance(each, VirtualCamera)):
                told(f"the virtual camera is {name}")
            ear = eye = None
            if microphone is not None:
                heard = open_microphone(microphone, loop=loop)
                ear = Ear(stack.enter_context(closing(heard)), portrait, fps)
            if camera is not None:
                seen = stack.enter_context(open_camera(camera, loop=loop))
                eye = Eye(seen, portrait, mirror=mirror)
            direction = Direction(
                list if screen is None else screen.keys,
                stop or (lambda: False),
                _after_pictures(told if virtual_camera else None, progress, num_frames),
            )
            prepared_s = time.monotonic()
            broadcast = Broadcast(portrait, fps, outlets, eye=eye, ear=ear, direction=direction)
            tally = broadcast.run(num_frames)
            shown_s = time.monotonic() - prepared_s
        return LiveReport(
            output=None if path is None else str(Path(path)),
            engine=options.engine.name,
            frames=tally.num_shown,
            dropped=tally.num_dropped,
            size=portrait.size,
            fps=tally.num_shown / shown_s,
            delay_ms=tally.picture_delay_ms,
            delay_p95_ms=tally.picture_delay_p95_ms,
            sound_delay_ms=tally.sound_delay_ms,
            seconds={"prepare": prepared_s - began_s, "total": time.monotonic() - began_s},
        )


@dataclass(frozen=True, slots=True)
class _Outlets:
    """Where the pictures go."""

    window: bool
    virtual_camera: bool
    push: str | None
    path: str | Path | None
    force: bool

    @classmethod
    def of(
        cls,
        window: bool | None,
        virtual_camera: bool,
        push: str | None,
        path: str | Path | None,
        *,
        force: bool,
    ) -> _Outlets:
        """A window if nothing else is asked for. Raises OptionError where nothing can be shown,
        OutputError for a file that cannot be written."""
        elsewhere = virtual_camera or push is not None or path is not None
        windowed = not elsewhere if window is None else window
        if not (windowed or elsewhere):
            raise OptionError("--no-window", "leaves nothing to show; give -o FILE or another one")
        if windowed and not has_display():
            ways = "give -o FILE, --virtual-camera or --push URL"
            raise OptionError("--window", f"there is no display here; {ways}")
        if virtual_camera:
            check_package()
        if path is not None:
            open_sink(path, size=(MIN_SIDE, MIN_SIDE), rate=Fraction(1), force=force)
        return cls(windowed, virtual_camera, push, path, force)

    def open(
        self, stack: ExitStack, size: tuple[int, int], fps: int, *, sound: bool
    ) -> tuple[Sequence[Outlet], Window | None]:
        """All of them, those first that show at once, and the window; closed with the stack."""
        outlets: list[Outlet] = []
        screen = None
        if self.virtual_camera:
            outlets.append(stack.enter_context(VirtualCamera(size, fps)))
        if self.push is not None:
            outlets.append(stack.enter_context(PushOutlet(self.push, size, fps)))
        if self.path is not None:
            film = FilmOutlet(self.path, size, fps, sound=sound, force=self.force)
            outlets.append(stack.enter_context(Background(film)))
        if self.window:
            screen = stack.enter_context(Window(size))
            outlets.append(screen)
        return outlets, screen


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


def _target(
    output: str | Path | None, given: list[str | Path]
) -> AbstractContextManager[str | Path | None]:
    if output is None:
        return nullcontext()
    return result_path(output, "live", datetime.now(), inputs=tuple(given))


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
