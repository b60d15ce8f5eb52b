"""``mien express``: a portrait with an expression put on it."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.animate import Force, Json, Quiet, Verbose
from mien.cli.exits import exit_codes
from mien.cli.progress import progress_shown

_EXPRESSION, _PICTURE, _TIME, _RESULT = "Expression", "Picture", "Time", "Result"


def express(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The portrait: a picture.")],
    emotion: Annotated[
        str | None,
        typer.Option(
            "--emotion", "-e", metavar="NAME", rich_help_panel=_EXPRESSION,
            help="happy, sad... `mien expression list` names them all.",
        ),
    ] = None,
    valence: Annotated[
        float | None,
        typer.Option(
            metavar="X", rich_help_panel=_EXPRESSION,
            help="How pleasant, -1 to 1; with --arousal instead of a name.",
        ),
    ] = None,
    arousal: Annotated[
        float | None,
        typer.Option(metavar="Y", help="How excited, -1 to 1.", rich_help_panel=_EXPRESSION),
    ] = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all", rich_help_panel=_EXPRESSION,
            help="Every expression: a folder of pictures with a contact sheet.",
        ),
    ] = False,
    intensity: Annotated[
        float,
        typer.Option(
            metavar="X", help="How strong, 0 (neutral) to 1.", rich_help_panel=_EXPRESSION
        ),
    ] = 0.7,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE|FOLDER", rich_help_panel=_RESULT,
            help="png, jpg, webp: a picture. mp4, webm, gif: a film. With --all a folder, or a "
            "picture: the sheet alone. Default: outputs/express_<timestamp>",
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", help="Length of a film; 4 seconds.", rich_help_panel=_TIME),
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help="What renders: mesh.", rich_help_panel=_PICTURE)
    ] = "mesh",
    face: Annotated[
        str,
        typer.Option(
            metavar="N|all", help="Which face moves; 1 = largest.", rich_help_panel=_PICTURE
        ),
    ] = "1",
    crop_scale: Annotated[
        float | None,
        typer.Option(
            metavar="X", rich_help_panel=_PICTURE,
            help="Size of the moving part in face heights, 1 to 5. Default: the engine's.",
        ),
    ] = None,
    paste_back: Annotated[
        bool,
        typer.Option(
            "--paste-back/--no-paste-back", rich_help_panel=_PICTURE,
            help="The whole picture, or the moving crop alone.",
        ),
    ] = True,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="N|WxH", rich_help_panel=_PICTURE,
            help="Longest side, or width and height, 16 to 4096. Default: the picture's, "
            "2048 at most.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="For what lives in a film.", rich_help_panel=_TIME)
    ] = 0,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Put an expression on a portrait: a picture of it, a film of the way there, or all."""
    with exit_codes(verbose=verbose), progress_shown(quiet=quiet) as progress:
        from mien.pipeline import express as run
        from mien.pipeline.options import parse_face, parse_size

        report = run(
            source,
            emotion=emotion,
            valence=valence,
            arousal=arousal,
            every=every,
            intensity=intensity,
            output=output,
            duration=duration,
            engine=engine,
            face=parse_face(face),
            crop_scale=crop_scale,
            paste_back=paste_back,
            size=None if size is None else parse_size(size),
            seed=seed,
            force=force,
            progress=progress,
        )
    typer.echo(report.to_json() if json else report.output)
