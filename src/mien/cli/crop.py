"""``mien crop``: a face or an upper body cut out of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import Force, Verbose

if TYPE_CHECKING:
    from mien.pipeline.verbs.cropping import CropKind


def crop(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A picture.")],
    kind: Annotated[
        str,
        typer.Option(
            metavar="upper-body|face",
            help="Head and shoulders, or the aligned face.",
        ),
    ] = "upper-body",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE",
            help="png, jpg or webp. Default: outputs/crop_<timestamp>.png",
        ),
    ] = None,
    size: Annotated[
        int, typer.Option(metavar="N", help="Side of the crop in pixels, 16 to 4096.")
    ] = 512,
    scale: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="Side of the crop in face heights, 1 to 10. Default: 2.6 to 3.4 for "
            "upper-body, by what the picture holds; 2.3 for face.",
        ),
    ] = None,
    face: Annotated[int, typer.Option(metavar="N", help="Which face; 1 = largest.")] = 1,
    force: Force = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print matrix, box and size as one line of JSON.")
    ] = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Cut a square out of a picture; prints the transform from the picture to it."""
    with exit_codes(verbose=verbose):
        from mien.pipeline import crop as run

        report = run(
            source,
            kind=cast("CropKind", kind),
            output=output,
            size=size,
            scale=scale,
            face=face,
            force=force,
        )
    if json:
        typer.echo(report.to_json())
        return
    typer.echo(report.output)
    for row in report.matrix:
        typer.echo(" ".join(f"{value:.6f}" for value in row))
