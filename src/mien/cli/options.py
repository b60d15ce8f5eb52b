"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

MOTION, PICTURE, TIME, RESULT = "Motion", "Picture", "Time", "Result"
"""Panels of the help."""

Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE|FOLDER", rich_help_panel=RESULT,
        help="mp4, webm, gif, webp, or a folder for PNGs. "
        "Default: outputs/<verb>_<timestamp>.mp4",
    ),
]  # fmt: skip
Force = Annotated[
    bool, typer.Option("--force", rich_help_panel=RESULT, help="Overwrite an existing result.")
]
Engine = Annotated[
    str, typer.Option(metavar="NAME", help="What renders: mesh.", rich_help_panel=PICTURE)
]
FaceChoice = Annotated[
    str,
    typer.Option(metavar="N|all", help="Which face; 1 = largest.", rich_help_panel=PICTURE),
]
CropScale = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=PICTURE,
        help="Size of the moving part in face heights, 1 to 5. Default: the engine's.",
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
Seed = Annotated[
    int, typer.Option(metavar="N", help="For what is random.", rich_help_panel=MOTION)
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print a report as one line of JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks of errors.")]
