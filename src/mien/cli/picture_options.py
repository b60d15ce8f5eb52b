"""Options about the portrait and what renders it: the same for every verb that makes pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mien.cli.engine_options import EngineOptions, with_options
from mien.cli.options import ENGINE, PICTURE

Download = Annotated[
    bool,
    typer.Option(
        "--download", help="Fetch weights that are missing, without asking.",
        rich_help_panel=ENGINE,
    ),
]  # fmt: skip
FaceChoice = Annotated[
    str,
    typer.Option(metavar="N|all", help="Which face; 1 = largest.", rich_help_panel=PICTURE),
]
FaceBox = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,W,H", rich_help_panel=PICTURE,
        help="Where the face is, pixels from the left and the top, width and height, for faces "
        "that are not found by themselves.",
    ),
]  # fmt: skip
CropScale = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=PICTURE,
        help="Size of the moving part in face heights, 1 to 5. Default: the engine's.",
    ),
]  # fmt: skip
CropX = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=PICTURE,
        help="How far it lies to the right of the face, in its own sides, -1 to 1.",
    ),
]  # fmt: skip
CropY = Annotated[
    float | None,
    typer.Option(metavar="X", help="The same, downwards.", rich_help_panel=PICTURE),
]
Crop = Annotated[
    str,
    typer.Option(
        metavar="none|upper-body", rich_help_panel=PICTURE,
        help="What of the picture is worked on and shown: all of it, or head and shoulders.",
    ),
]  # fmt: skip
PasteBack = Annotated[
    bool,
    typer.Option(
        "--paste-back/--no-paste-back", rich_help_panel=PICTURE,
        help="The whole picture, or the moving crop alone.",
    ),
]  # fmt: skip
Size = Annotated[
    str | None,
    typer.Option(
        metavar="N|WxH", rich_help_panel=PICTURE,
        help="Longest side, or width and height, 16 to 4096. Default: the picture's, 2048 at most; "
        "4096 of a picture that is edited.",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PictureOptions(EngineOptions):
    """What these options say, as they were written."""

    download: Download = False
    face: FaceChoice = "1"
    box: FaceBox = None
    crop_scale: CropScale = None
    crop_x: CropX = None
    crop_y: CropY = None
    crop: Crop = "none"
    paste_back: PasteBack = True
    size: Size = None

    def arguments(self) -> dict[str, Any]:
        """The same as keyword arguments of the verbs in ``mien.pipeline``. Raises OptionError."""
        from mien.pipeline.options import parse_box, parse_face, parse_size

        return {
            "engine": self.settings(),
            "face": parse_face(self.face),
            "box": None if self.box is None else parse_box(self.box),
            "crop_scale": self.crop_scale,
            "crop_x": self.crop_x,
            "crop_y": self.crop_y,
            "crop": self.crop,
            "paste_back": self.paste_back,
            "size": None if self.size is None else parse_size(self.size),
        }


DEFAULT_PICTURE = PictureOptions()

with_picture_options = with_options("picture", PictureOptions)
"""Puts the options in the place of the verb's parameter ``picture``, which gets them as one
PictureOptions."""
