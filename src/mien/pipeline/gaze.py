"""Where eyes are wanted to look, as it is written."""

from __future__ import annotations

from mien.checks import shown
from mien.errors import OptionError


def parse_gaze(text: str) -> tuple[float, float]:
    """``0.3,-0.2``: to the right of the picture and down."""
    try:
        right, up = map(float, text.split(","))
    except ValueError:
        raise OptionError("--gaze", f"{shown(text)} is not X,Y such as 0.3,-0.2") from None
    return right, up
