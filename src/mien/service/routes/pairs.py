"""Fields of requests that go together, or instead of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.errors import OptionError


def check_size(said: Mapping[str, Any]) -> None:
    """OptionError unless it is ``size``, or ``width`` and ``height``, or none of them."""
    if ("width" in said) != ("height" in said):
        missing = "height" if "width" in said else "width"
        raise OptionError(missing, "is missing; give width and height, or size")
    if "size" in said and "width" in said:
        raise OptionError("size", "cannot be combined with width and height")


def is_feeling(said: Mapping[str, Any]) -> bool:
    """Whether there is ``valence`` or ``arousal``."""
    return "valence" in said or "arousal" in said


def check_feeling(said: Mapping[str, Any]) -> None:
    """OptionError where there is one of ``valence`` and ``arousal`` without the other."""
    if is_feeling(said) and not ("valence" in said and "arousal" in said):
        missing = "valence" if "arousal" in said else "arousal"
        raise OptionError(missing, "is missing; a feeling is valence and arousal")
