"""Several emotions in one field of a form, however a client writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mien.errors import OptionError

_MAX_EMOTIONS = 50


def listed(emotions: Sequence[str]) -> list[str]:
    """The names in a field that is repeated, or holds a JSON array, or names with commas between.

    Raises OptionError for none, too many, and an array of anything but text.
    """
    names = [name for field in emotions for name in _names_in(field)]
    if not 1 <= len(names) <= _MAX_EMOTIONS:
        raise OptionError("emotions", f"give 1 to {_MAX_EMOTIONS} names")
    return names


def _names_in(field: str) -> list[str]:
    if not field.lstrip().startswith("["):
        return [name for name in field.split(",") if name.strip()]
    try:
        array = json.loads(field)
    except (ValueError, RecursionError):
        raise OptionError("emotions", "begins with [ but is no JSON array of names") from None
    if not all(isinstance(name, str) for name in array):
        raise OptionError("emotions", "is a JSON array with something in it that is no name")
    return list(array)
