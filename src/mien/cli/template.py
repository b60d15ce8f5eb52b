"""``mien template``: make, convert and show motion templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import Force, Json, Quiet, Verbose
from mien.cli.progress import progress_shown

if TYPE_CHECKING:
    from mien.pipeline.verbs.templating import TemplateFacts

Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help=".mien, or .pkl for LivePortrait."),
]

template = typer.Typer(
    help="Make, convert and show motion templates.", no_args_is_help=True, rich_markup_mode="rich"
)


@template.command()
def make(
    output: Output,
    driving: Annotated[
        str | None,
        typer.Argument(metavar="VIDEO|IMAGE|TEMPLATE|idle:NAME", help="What moves."),
    ] = None,
    emotions: Annotated[
        str | None,
        typer.Option(metavar="TIMELINE", help="Expressions in time, as in mien animate."),
    ] = None,
    landmarks: Annotated[
        bool,
        typer.Option(
            "--landmarks/--no-landmarks", help="Keep the driver's dense landmarks (closer; larger)."
        ),
    ] = True,
    reference: Annotated[
        str, typer.Option(metavar="auto|first|N", help="The frame that counts as neutral.")
    ] = "auto",
    smooth: Annotated[
        float, typer.Option(metavar="X", help="Smoothing over time, 0 (none) to 10.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="For what is random.")] = 0,
    start: Annotated[float, typer.Option(metavar="S", help="Start of the driver, seconds.")] = 0.0,
    duration: Annotated[float | None, typer.Option(metavar="S", help="Length, seconds.")] = None,
    max_frames: Annotated[int, typer.Option(metavar="N", help="Frames at most; 0 = all.")] = 0,
    fps: Annotated[
        str | None,
        typer.Option(metavar="F", help="Frame rate, 1 to 240. Default: the driver's."),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Record what a video, a picture or another driver does as a motion template."""
    with exit_codes(verbose=verbose, quiet=quiet), progress_shown(quiet=quiet) as progress:
        from mien.pipeline.emotions import read_emotions
        from mien.pipeline.options import AnimateOptions, parse_rate, parse_reference
        from mien.pipeline.verbs.templating import make_template

        options = AnimateOptions(
            emotions=None if emotions is None else read_emotions(emotions),
            reference=parse_reference(reference),
            smooth=smooth,
            seed=seed,
            start=start,
            duration=duration,
            max_frames=max_frames,
            fps=None if fps is None else parse_rate(fps),
            force=force,
        )
        facts = make_template(
            driving, output, options=options, landmarks=landmarks, progress=progress
        )
    typer.echo(facts.to_json() if json else facts.path)


@template.command()
def convert(
    path: Annotated[str, typer.Argument(metavar="TEMPLATE", help="A .pkl or .mien file.")],
    output: Output,
    force: Force = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Convert a template: LivePortrait's .pkl to .mien, or back."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.templating import convert_template

        facts = convert_template(path, output, force=force)
    typer.echo(facts.to_json() if json else facts.path)


@template.command()
def show(
    path: Annotated[str, typer.Argument(metavar="TEMPLATE", help="A .pkl or .mien file.")],
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Print a template's length, frame rate, channels and ranges."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.templating import describe_template

        facts = describe_template(path)
    typer.echo(facts.to_json() if json else _lines(facts))


def _lines(facts: TemplateFacts) -> str:
    rows = {
        "file": facts.path,
        "made from": facts.made_from or "unknown",
        "length": f"{facts.frames} frames, {facts.duration_s:g} s",
        "frame rate": f"{facts.rate} fps",
        "channels": ", ".join(facts.channels),
    }
    rows |= {name: f"{low:g} to {high:g}" for name, (low, high) in facts.ranges.items()}
    return "\n".join(f"{name:<16} {text}" for name, text in rows.items())
