"""Checks of what options and arguments are given, whatever its type, and how complaints show it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from pathlib import Path

from mien.errors import OptionError

_LONGEST_SHOWN = 60
_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,2})?", re.ASCII)


def shown(value: object) -> str:
    """A value as a complaint repeats it: text between quotes, and no more than 60 characters."""
    if isinstance(value, str):
        return repr(_clipped(value))
    try:
        return _clipped(f"{value:g}" if isinstance(value, float) else str(value))
    except ValueError:  # Python writes no number of more than 4300 digits
        return "a number of thousands of digits"


def check_number(option: str, value: object, low: float, high: float) -> None:
    """OptionError unless it is a finite number between the two, or one of them."""
    try:
        fits = math.isfinite(value) and low <= value <= high  # type: ignore[arg-type, operator]
    except (TypeError, OverflowError):
        fits = False
    if not fits:
        until = f"to {high:g}" if math.isfinite(high) else "up"
        raise OptionError(option, f"{shown(value)} is not a number from {low:g} {until}")


def check_whole(
    option: str, value: object, *, least: int, most: float = math.inf, otherwise: str = ""
) -> None:
    """OptionError unless it is a whole number from ``least`` on, ``most`` at most."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole and least <= value <= most):  # type: ignore[operator]
        until = "" if math.isinf(most) else f" to {most:.0f}"
        alternative = f" or {otherwise}" if otherwise else ""
        problem = f"{shown(value)} is not a whole number from {least}{until}{alternative}"
        raise OptionError(option, problem)


def check_switch(option: str, value: object) -> None:
    """OptionError unless it is True or False."""
    if not isinstance(value, bool):
        raise OptionError(option, f"{shown(value)} is not true or false")


def check_choice(option: str, value: object, choices: Collection[str]) -> None:
    """OptionError unless it is one of these words."""
    if not (isinstance(value, str) and value in choices):
        raise OptionError(option, f"{shown(value)} is none of {', '.join(choices)}")


def check_device(option: str, value: object) -> None:
    """OptionError unless it is ``auto``, ``cpu``, ``cuda`` or ``cuda:N``."""
    if not isinstance(value, str) or not _DEVICE.fullmatch(value):
        raise OptionError(option, f"{shown(value)} is none of auto, cpu, cuda, cuda:0, cuda:1...")


def checked_folder(option: str, value: object) -> Path | None:
    """The folder that a path names, which need not be there; None for none. OptionError for what is
    no path."""
    if value is None:
        return None
    if not (isinstance(value, str | Path) and str(value)):
        raise OptionError(option, f"{shown(value)} is not the path of a folder")
    return Path(value)


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
