"""``mien demo``: the built-in portrait plays the built-in story."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import Force, Json, Output, Quiet, Verbose
from mien.cli.progress import progress_shown


def demo(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="A portrait of your own.")
    ] = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Play a story of twelve seconds: waiting, a smile, surprise, calm, and a sentence.

    Writes a contact sheet, a PNG of the same name, next to the result.
    """
    with exit_codes(verbose=verbose, quiet=quiet), progress_shown(quiet=quiet) as progress:
        from mien.pipeline import demo as run

        report = run(source, output=output, force=force, progress=progress)
    if json:
        typer.echo(report.to_json())
        return
    typer.echo(report.output)
    typer.echo(report.sheet)
    typer.echo(f"{report.frames} frames at {report.fps:.1f} frames per second")
