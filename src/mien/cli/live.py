"""``mien live``: a portrait that lives, moved by a camera and a microphone."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperCommand

from mien.cli.engine_options import EngineOptions, with_options
from mien.cli.exits import complain, exit_codes
from mien.cli.options import MOTION, PICTURE, RESULT, TIME, Force, Json, Quiet, Verbose
from mien.cli.picture_options import Download
from mien.cli.talk_options import LipsName
from mien.cli.weights_offer import weights_offered

if TYPE_CHECKING:
    from mien.pipeline.broadcast.report import LiveReport

_INPUT, _MICROPHONE = "Camera and microphone", "--microphone"
_DEFAULT = EngineOptions()
_IMPATIENT_S = 2.0


class LiveCommand(TyperCommand):
    """``--microphone`` may stand alone: then it is the system's own choice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words of the command."""
        return super().parse_args(ctx, _completed(args))


def _completed(words: list[str]) -> list[str]:
    told: list[str] = []
    for word, following in zip(words, [*words[1:], "-"], strict=True):
        told.append(word)
        if word == _MICROPHONE and following.startswith("-"):
            told.append("default")
    return told


@with_options("engine", EngineOptions)
def live(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The portrait: a picture.")],
    camera: Annotated[
        str | None,
        typer.Option(
            metavar="N|FILE|URL", rich_help_panel=_INPUT,
            help="What moves the face: the number of a camera (0 is the first), a film that stands "
            "in for one, or a stream: rtsp://, http://... Default: none, the face idles.",
        ),
    ] = None,
    microphone: Annotated[
        str | None,
        typer.Option(
            _MICROPHONE, metavar="[NAME|FILE]", rich_help_panel=_INPUT,
            help="What moves the lips: the system's microphone if nothing is said, another one by "
            "its name or number, or a sound file that stands in for one.",
        ),
    ] = None,
    loop: Annotated[
        bool,
        typer.Option(
            "--loop", rich_help_panel=_INPUT,
            help="Play films and sounds that stand in again and again. Else it ends with them.",
        ),
    ] = False,
    mirror: Annotated[
        bool,
        typer.Option(
            "--mirror", help="Follow the camera as a mirror would.", rich_help_panel=_INPUT
        ),
    ] = False,
    emotion: Annotated[
        str | None,
        typer.Option(
            "--emotion", "-e", metavar="NAME", rich_help_panel=MOTION,
            help="What it feels: happy, sad... `mien expression list` names them all.",
        ),
    ] = None,
    intensity: Annotated[
        float, typer.Option(metavar="X", help="Of --emotion, 0 to 1.", rich_help_panel=MOTION)
    ] = 0.7,
    window: Annotated[
        bool | None,
        typer.Option(
            "--window/--no-window", rich_help_panel=RESULT,
            help="A window. Default: if nothing else is asked for.",
        ),
    ] = None,
    virtual_camera: Annotated[
        bool,
        typer.Option(
            "--virtual-camera", rich_help_panel=RESULT,
            help="A camera of this machine, for calls and OBS; needs mien\\[live] and a device.",
        ),
    ] = False,
    push: Annotated[
        str | None,
        typer.Option(
            metavar="URL", rich_help_panel=RESULT,
            help="A receiver of streams: rtmp://, rtmps://, udp:// or tcp:// (MPEG-TS).",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE|FOLDER", rich_help_panel=RESULT,
            help="A file: mp4, webm, gif, webp, or a folder for PNGs.",
        ),
    ] = None,
    engine: EngineOptions = _DEFAULT,
    lips: LipsName = "engine",
    download: Download = False,
    face: Annotated[
        int, typer.Option(metavar="N", help="Which face; 1 = largest.", rich_help_panel=PICTURE)
    ] = 1,
    size: Annotated[
        str,
        typer.Option(
            metavar="N|WxH", rich_help_panel=PICTURE,
            help="Longest side, or width and height, 16 to 4096.",
        ),
    ] = "512",
    fps: Annotated[
        int, typer.Option(metavar="N", help="Pictures per second, 1 to 60.", rich_help_panel=TIME)
    ] = 25,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", help="End after so many seconds.", rich_help_panel=TIME),
    ] = None,
    max_frames: Annotated[
        int,
        typer.Option(metavar="N", help="End after so many frames; 0: never.", rich_help_panel=TIME),
    ] = 0,
    seed: Annotated[
        int, typer.Option(metavar="N", help="For how it idles.", rich_help_panel=MOTION)
    ] = 0,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Let a portrait live: it follows a camera and says what a microphone hears."""
    with exit_codes(verbose=verbose, quiet=quiet), _ending_in_order() as stop:
        from mien.pipeline.options import parse_size
        from mien.pipeline.verbs.living import live as run

        report = weights_offered(
            lambda progress: run(
                source,
                camera=camera,
                microphone=microphone,
                loop=loop,
                mirror=mirror,
                emotion=emotion,
                intensity=intensity,
                window=window,
                virtual_camera=virtual_camera,
                push=push,
                output=output,
                engine=engine.settings(),
                lips=cast(Any, lips),
                face=face,
                size=parse_size(size),
                fps=fps,
                duration=duration,
                max_frames=max_frames,
                seed=seed,
                force=force,
                notice=complain,
                stop=stop,
                progress=progress,
            ),
            download=download,
            quiet=quiet,
        )
    if not (quiet or json):
        complain(_summary(report))
    if json:
        typer.echo(report.to_json())
    elif report.output is not None:
        typer.echo(report.output)


def _summary(report: LiveReport) -> str:
    text = f"{report.frames} pictures, {report.fps:.1f} per second, {report.dropped} dropped"
    if report.delay_ms is not None:
        text += f"; camera to picture {report.delay_ms:.0f} ms (p95 {report.delay_p95_ms:.0f} ms)"
    if report.sound_delay_ms is not None:
        text += f"; microphone to lips {report.sound_delay_ms:.0f} ms"
    if report.latency_ms > 0.0:
        text += f"; engine {report.engine} holds pictures back for {report.latency_ms:.0f} ms"
    return text


class _Stop:
    """Whether it is time to end. Once somebody asks, the first signal says so and the second one,
    if it does not come at once, goes the way of all other verbs."""

    def __init__(self) -> None:
        self._asked = False
        self._told_s: float | None = None

    def __call__(self) -> bool:
        self._asked = True
        return self._told_s is not None

    def take(self) -> bool:
        """Whether a signal is heeded here."""
        now_s = time.monotonic()
        if not self._asked or (self._told_s is not None and now_s - self._told_s > _IMPATIENT_S):
            return False
        self._told_s = self._told_s or now_s
        return True


@contextmanager
def _ending_in_order() -> Generator[_Stop]:
    """What is live has no other end than Ctrl-C: that completes its file and reports."""
    stop = _Stop()
    before: dict[int, Any] = {}

    def heed(number: int, frame: Any) -> None:
        if not stop.take():
            as_ever = before[number]
            if callable(as_ever):
                as_ever(number, frame)
            else:
                sys.exit(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, heed)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
