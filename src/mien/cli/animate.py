"""``mien animate``: the picture follows the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import (
    MOTION,
    PICTURE,
    RESULT,
    TIME,
    Force,
    Json,
    Output,
    Quiet,
    Seed,
    Verbose,
)
from mien.cli.picture_options import DEFAULT_PICTURE, PictureOptions, with_picture_options
from mien.cli.weights_offer import weights_offered

if TYPE_CHECKING:
    from mien.drivers.looping import Loop
    from mien.pipeline.options import KeepAudio
    from mien.types import HeadRotation, Region

EyesOpen = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=MOTION,
        help="Opening over width of both eyes in every frame, 0 to 0.8; open eyes have "
        "0.25 to 0.45.",
    ),
]  # fmt: skip
LipsOpen = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=MOTION,
        help="Opening over width of the lips in every frame, 0 to 0.8.",
    ),
]  # fmt: skip


@with_picture_options
def animate(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The portrait: a picture or a video.")
    ],
    driving: Annotated[
        str | None,
        typer.Option(
            "--driving", "-d", metavar="VIDEO|IMAGE|TEMPLATE|idle:NAME", help="What moves the face."
        ),
    ] = None,
    emotions: Annotated[
        str | None,
        typer.Option(
            metavar="TIMELINE", rich_help_panel=MOTION,
            help='Expressions in time, as in "0:neutral 1.5:happy:0.8 4:calm", or a .json file.',
        ),
    ] = None,
    output: Output = None,
    picture: PictureOptions = DEFAULT_PICTURE,
    relative: Annotated[
        bool,
        typer.Option(
            "--relative/--absolute", rich_help_panel=MOTION,
            help="Add the driver's changes to the portrait's own pose and expression, or take "
            "the driver's as they are.",
        ),
    ] = True,
    multiplier: Annotated[
        float,
        typer.Option(metavar="X", help="Gain of the motion, 0 to 3.", rich_help_panel=MOTION),
    ] = 1.0,
    region: Annotated[
        str,
        typer.Option(
            metavar="all|exp|pose|lip|eyes", help="What moves.", rich_help_panel=MOTION
        ),
    ] = "all",
    reference: Annotated[
        str,
        typer.Option(
            metavar="auto|first|N", rich_help_panel=MOTION,
            help="The driver's frame that counts as its neutral.",
        ),
    ] = "auto",
    eyes_open: EyesOpen = None,
    lips_open: LipsOpen = None,
    retarget: Annotated[
        str | None,
        typer.Option(
            metavar="eyes,lips", rich_help_panel=MOTION,
            help="Parts that open as far as the driver's, by opening over width.",
        ),
    ] = None,
    normalize_lips: Annotated[
        bool,
        typer.Option(
            "--normalize-lips", rich_help_panel=MOTION,
            help="Close the portrait's lips before the motion is added.",
        ),
    ] = False,
    head_rotation: Annotated[
        str,
        typer.Option(
            metavar="add|replace", rich_help_panel=MOTION,
            help="Whether the driver's turning of the head is added to that of a film that is the "
            "SOURCE, or takes its place.",
        ),
    ] = "add",
    smooth: Annotated[
        float,
        typer.Option(
            metavar="X", help="Smoothing over time, 0 (none) to 10.", rich_help_panel=MOTION
        ),
    ] = 1.0,
    seed: Seed = 0,
    side_by_side: Annotated[
        bool,
        typer.Option(
            "--side-by-side", help="Driver, source and result.", rich_help_panel=PICTURE
        ),
    ] = False,
    start: Annotated[
        float,
        typer.Option(metavar="S", help="Start of the driver, seconds.", rich_help_panel=TIME),
    ] = 0.0,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", help="Length, seconds.", rich_help_panel=TIME),
    ] = None,
    max_frames: Annotated[
        int, typer.Option(metavar="N", help="Frames at most; 0 = all.", rich_help_panel=TIME)
    ] = 0,
    loop: Annotated[
        str,
        typer.Option(
            metavar="none|repeat|pingpong|hold", rich_help_panel=TIME,
            help="How a driver shorter than --duration goes on.",
        ),
    ] = "none",
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="F", rich_help_panel=TIME,
            help="Frame rate, 1 to 240; 29.97 is 30000/1001. Default: the driver's.",
        ),
    ] = None,
    keep_audio: Annotated[
        str | None,
        typer.Option(
            metavar="source|driving|none", rich_help_panel=RESULT,
            help="Whose sound is kept. Default: the source's if it is a film with sound, else "
            "the driver's.",
        ),
    ] = None,
    audio: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=RESULT,
            help="A sound to put under the result; with --loop it may also set its length.",
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Animate a portrait with the motion of a video or of another picture."""
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.pipeline import animate as run
        from mien.pipeline.options import parse_parts, parse_reference

        report = weights_offered(
            lambda progress: run(
                source,
                driving=driving,
                emotions=emotions,
                output=output,
                **picture.arguments(),
                relative=relative,
                multiplier=multiplier,
                region=cast("Region", region),
                side_by_side=side_by_side,
                smooth=smooth,
                max_frames=max_frames,
                start=start,
                duration=duration,
                loop=cast("Loop", loop),
                fps=fps,
                keep_audio=cast("KeepAudio | None", keep_audio),
                audio=audio,
                reference=parse_reference(reference),
                seed=seed,
                eyes_open=eyes_open,
                lips_open=lips_open,
                retarget=None if retarget is None else parse_parts(retarget),
                normalize_lips=normalize_lips,
                head_rotation=cast("HeadRotation", head_rotation),
                force=force,
                progress=progress,
            ),
            download=picture.download,
            quiet=quiet,
        )
    typer.echo(report.to_json() if json else report.output)
