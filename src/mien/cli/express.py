"""``mien express``: a portrait with an expression put on it."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import (
    RESULT,
    TIME,
    Force,
    Json,
    Quiet,
    Seed,
    Verbose,
)
from mien.cli.picture_options import DEFAULT_PICTURE, PictureOptions, with_picture_options
from mien.cli.weights_offer import weights_offered

_EXPRESSION = "Expression"


@with_picture_options
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
            "--output", "-o", metavar="FILE|FOLDER", rich_help_panel=RESULT,
            help="png, jpg, webp: a picture. mp4, webm, gif: a film. With --all a folder, or a "
            "picture: the sheet alone. Default: outputs/express_<timestamp>",
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", help="Length of a film; 4 seconds.", rich_help_panel=TIME),
    ] = None,
    picture: PictureOptions = DEFAULT_PICTURE,
    seed: Seed = 0,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Put an expression on a portrait: a picture of it, a film of the way there, or all."""
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.pipeline import express as run

        report = weights_offered(
            lambda progress: run(
                source,
                emotion=emotion,
                valence=valence,
                arousal=arousal,
                every=every,
                intensity=intensity,
                output=output,
                duration=duration,
                **picture.arguments(),
                seed=seed,
                force=force,
                progress=progress,
            ),
            download=picture.download,
            quiet=quiet,
        )
    typer.echo(report.to_json() if json else report.output)
