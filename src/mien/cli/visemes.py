"""``mien visemes``: what a mouth does while a recording plays."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.exits import exit_codes, warn
from mien.cli.options import Force, Json, Quiet, Verbose

Text = Annotated[str | None, typer.Option(metavar="TEXT", help="What is said, if known.")]
TextFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="A file that holds what is said.")
]


def visemes(
    audio: Annotated[
        str, typer.Argument(metavar="AUDIO", help="A sound file, or a video for its sound.")
    ],
    text: Text = None,
    text_file: TextFile = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE",
            help="json, csv, or tsv for Rhubarb's. Default: outputs/visemes_<timestamp>.json",
        ),
    ] = None,
    fps: Annotated[str, typer.Option(metavar="F", help="Frames per second, 1 to 1000.")] = "24",
    format: Annotated[
        str | None,
        typer.Option(
            metavar="json|csv|rhubarb", help="Default: what the output's extension says."
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write the phonemes of a recording and the mouth shape of every frame."""
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.pipeline.verbs.visemes import write_visemes

        report = write_visemes(
            audio,
            output,
            text=text,
            text_file=text_file,
            fps=fps,
            format=format,
            force=force,
        )
    warn(report.warnings, quiet=quiet)
    typer.echo(report.to_json() if json else report.output)
