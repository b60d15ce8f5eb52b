"""``mien lipsync``: a film is dubbed, or a picture speaks."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer

from mien.cli.engine_options import Device, ModelsDir, Precision
from mien.cli.exits import exit_codes
from mien.cli.options import ENGINE, TIME, Force, Json, Output, Quiet, Verbose
from mien.cli.picture_options import Download, FaceChoice
from mien.cli.weights_offer import weights_offered

_LIPS = "Lips"


def lipsync(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Who speaks: a film, or a picture.")
    ],
    audio: Annotated[
        str | None,
        typer.Option(
            "--audio", "-a", metavar="FILE", rich_help_panel=_LIPS,
            help="What is said: a sound file, or a video for its sound. It replaces the film's.",
        ),
    ] = None,
    output: Output = None,
    face: FaceChoice = "1",
    mask: Annotated[
        str,
        typer.Option(
            metavar="auto|outline|ellipse|jaw|raw|neck", rich_help_panel=_LIPS,
            help="What of the face is painted: by its outline, around the mouth, or as the "
            "network that parses faces says.",
        ),
    ] = "auto",
    extra_margin: Annotated[
        int,
        typer.Option(
            metavar="PX", rich_help_panel=_LIPS,
            help="Pixels below the chin that belong to the face, 0 to 200.",
        ),
    ] = 10,
    bbox_shift: Annotated[
        int,
        typer.Option(
            metavar="PX", rich_help_panel=_LIPS,
            help="Pixels by which the painted half begins lower, -100 to 100: above 0 mouths open "
            "more, below 0 less.",
        ),
    ] = 0,
    loop: Annotated[
        str,
        typer.Option(
            metavar="none|repeat|pingpong|hold", rich_help_panel=TIME,
            help="What follows a film that is shorter than the sound.",
        ),
    ] = "pingpong",
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="F", rich_help_panel=TIME,
            help="Frame rate, 1 to 240; 29.97 is 30000/1001. Default: a film's own, else 25.",
        ),
    ] = None,
    device: Device = "auto",
    precision: Precision = "auto",
    decoder: Annotated[
        str,
        typer.Option(
            metavar="full|tiny", rich_help_panel=ENGINE,
            help="The tiny one is quicker and shows less detail.",
        ),
    ] = "full",
    models_dir: ModelsDir = None,
    batch: Annotated[
        int,
        typer.Option(metavar="N", rich_help_panel=ENGINE, help="Faces painted together, 1 to 64."),
    ] = 8,
    download: Download = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Dub a film, or let a picture speak, with MuseTalk: only the lower face changes."""
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.errors import OptionError
        from mien.pipeline import lipsync as run
        from mien.pipeline.options import parse_face
        from mien.retouch.musetalk.settings import MuseTalkSettings

        if audio is None:
            raise OptionError("--audio", "is needed: what is said, as a sound file or a video")
        settings = MuseTalkSettings(
            device=device,
            precision=cast(Any, precision),
            models_dir=cast(Any, models_dir),
            batch=batch,
            decoder=cast(Any, decoder),
        )
        report = weights_offered(
            lambda progress: run(
                source,
                audio=audio,
                output=output,
                face=parse_face(face),
                mask=cast(Any, mask),
                extra_margin=extra_margin,
                bbox_shift=bbox_shift,
                loop=cast(Any, loop),
                fps=fps,
                musetalk=settings,
                force=force,
                progress=progress,
            ),
            download=download,
            quiet=quiet,
        )
    typer.echo(report.to_json() if json else report.output)
