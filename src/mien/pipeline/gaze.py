"""Where eyes are wanted to look."""

from __future__ import annotations

from mien.checks import shown
from mien.errors import OptionError
from mien.motion.layers import OWN_GAZE, Gaze

_SHARE = 0.85
"""Eyes that are told where to look still wander a little: quite fixed ones stare."""


def towards(gaze: tuple[float, float] | None) -> Gaze:
    """A gaze (right, up), -1..1 each, as the picture shows it; None for eyes left to themselves.

    Raises OptionError for other numbers.
    """
    if gaze is None:
        return OWN_GAZE
    try:
        right, up = map(float, gaze)
    except (TypeError, ValueError):
        raise OptionError("gaze", f"{shown(gaze)} is not two numbers") from None
    if not all(-1.0 <= part <= 1.0 for part in (right, up)):
        raise OptionError("gaze", f"{shown(gaze)} is not X,Y with both from -1 (left, down) to 1")
    return Gaze(right, up, _SHARE)


def parse_gaze(text: str) -> tuple[float, float]:
    """``0.3,-0.2``: to the right of the picture and down."""
    try:
        right, up = map(float, text.split(","))
    except ValueError:
        raise OptionError("--gaze", f"{text!r} is not X,Y such as 0.3,-0.2") from None
    return right, up
