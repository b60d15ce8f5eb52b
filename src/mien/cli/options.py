"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

MOTION, ENGINE, PICTURE, TIME, RESULT = "Motion", "Engine", "Picture", "Time", "Result"
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
Seed = Annotated[
    int, typer.Option(metavar="N", help="For what is random.", rich_help_panel=MOTION)
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print a report as one line of JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks of errors.")]
