"""``mien edit``: a face changed by sliders."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import (
    RESULT,
    Force,
    Json,
    Quiet,
    Verbose,
)
from mien.cli.picture_options import DEFAULT_PICTURE, PictureOptions, with_picture_options
from mien.cli.weights_offer import weights_offered

_MOUTH, _EYES, _HEAD = "Mouth", "Brows and eyes", "Head"


def _slider(panel: str, text: str) -> Any:
    return typer.Option(metavar="X", rich_help_panel=panel, help=text)


@with_picture_options
def edit(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A picture or a film.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", rich_help_panel=RESULT,
            help="png, jpg or webp; for a film mp4, webm, gif or webp. "
            "Default: outputs/edit_<timestamp>.png or .mp4",
        ),
    ] = None,
    smile: Annotated[float, _slider(_MOUTH, "-1 (corners down) to 1.")] = 0.0,
    grin: Annotated[float, _slider(_MOUTH, "0 to 1, a smile that shows teeth.")] = 0.0,
    lips_open: Annotated[
        float | None, _slider(_MOUTH, "0 to 0.8, opening over width; 0 closes the lips.")
    ] = None,
    lip_close: Annotated[float, _slider(_MOUTH, "-1 (parted) to 1 (pressed together).")] = 0.0,
    pout: Annotated[
        float, _slider(_MOUTH, "-1 to 1, lips pushed forward and to a side; > 0 to the right.")
    ] = 0.0,
    purse: Annotated[float, _slider(_MOUTH, "-1 (drawn wide) to 1 (drawn together).")] = 0.0,
    brow: Annotated[float, _slider(_EYES, "-1 (knitted) to 1 (raised).")] = 0.0,
    eyes_open: Annotated[
        float | None, _slider(_EYES, "0 to 0.8, opening over width; 0 shuts the eyes.")
    ] = None,
    wink_left: Annotated[float, _slider(_EYES, "0 to 1, the person's left eye.")] = 0.0,
    wink_right: Annotated[float, _slider(_EYES, "0 to 1, the person's right eye.")] = 0.0,
    gaze_x: Annotated[float, _slider(_EYES, "-1 to 1; > 0 to the right of the picture.")] = 0.0,
    gaze_y: Annotated[float, _slider(_EYES, "-1 to 1; > 0 up.")] = 0.0,
    yaw: Annotated[
        float, _slider(_HEAD, "-25 to 25 degrees; > 0 to the right of the picture.")
    ] = 0.0,
    pitch: Annotated[float, _slider(_HEAD, "-15 to 15 degrees; > 0 up.")] = 0.0,
    roll: Annotated[float, _slider(_HEAD, "-15 to 15 degrees; > 0 clockwise.")] = 0.0,
    move_x: Annotated[float, _slider(_HEAD, "-1 to 1; > 0 to the right of the picture.")] = 0.0,
    move_y: Annotated[float, _slider(_HEAD, "-1 to 1; > 0 up.")] = 0.0,
    zoom: Annotated[float, _slider(_HEAD, "0.9 to 1.2, size of the head.")] = 1.0,
    shapes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="SHAPE=X", rich_help_panel=_EYES,
            help="One of the 52 ARKit blendshapes, 0 to 1, as in jawOpen=0.4; may be repeated.",
        ),
    ] = None,
    picture: PictureOptions = DEFAULT_PICTURE,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Change the face of a picture or a film: expression, gaze, pose.

    Left and right are the person's own.
    """
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.motion.edits import Edits
        from mien.pipeline import edit as run
        from mien.pipeline.verbs.editing import parse_shapes

        edits = Edits(
            smile=smile,
            grin=grin,
            pout=pout,
            purse=purse,
            lip_close=lip_close,
            brow=brow,
            wink_left=wink_left,
            wink_right=wink_right,
            gaze_x=gaze_x,
            gaze_y=gaze_y,
            eyes_open=eyes_open,
            lips_open=lips_open,
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            move_x=move_x,
            move_y=move_y,
            zoom=zoom,
            shapes=parse_shapes(shapes or ()),
        )
        report = weights_offered(
            lambda progress: run(
                source,
                edits,
                output=output,
                **picture.arguments(),
                force=force,
                progress=progress,
            ),
            download=picture.download,
            quiet=quiet,
        )
    typer.echo(report.to_json() if json else report.output)
