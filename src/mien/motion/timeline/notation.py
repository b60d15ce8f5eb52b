"""Timelines written down: the short text of ``--emotions``, and JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import NoReturn

from mien.checks import shown
from mien.errors import TimelineError
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.timeline.keyframes import MAX_KEYFRAMES, Keyframe, Timeline

MAX_CHARACTERS = 4_000_000
"""More than ten thousand keyframes need in either notation."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_FORM = "TIME:EXPRESSION[:INTENSITY[:TRANSITION]], as in 1.5:happy:0.8"
_FIELDS = ("time", "expression", "intensity", "transition")
_SHOWN = 40
"""Characters of a wrong entry that a complaint repeats."""


def parse_timeline(text: str, name: str = "timeline") -> Timeline:
    """``"0:neutral 1.5:happy:0.8 4:calm::1"``: keyframes between spaces, each a time in seconds,
    an expression, and if wanted an intensity and the length of the transition in seconds.

    ``str(timeline)`` is its inverse. Raises TimelineError that calls it ``name``.
    """
    _check_length(text, name)
    entries = text.split()[: MAX_KEYFRAMES + 1]
    return Timeline([_parse_keyframe(entry, n, name) for n, entry in enumerate(entries, 1)], name)


def timeline_from_json(text: str, name: str = "timeline") -> Timeline:
    """``{"keyframes": [{"time": 1.5, "expression": "happy", "intensity": 0.8,
    "transition": 0.6}]}``; intensity and transition may be left out.

    Raises TimelineError that calls it ``name``.
    """
    _check_length(text, name)
    try:
        data = json.loads(text, object_pairs_hook=partial(_once, name=name))
    except RecursionError:
        raise TimelineError(name, "is nested too deep for a timeline") from None
    except json.JSONDecodeError as error:
        raise TimelineError(name, f"is not JSON: {error}") from None
    except TimelineError:  # which is a ValueError
        raise
    except ValueError:  # of integers with more than 4300 digits
        raise TimelineError(name, "holds a number of too many digits") from None
    if not isinstance(data, dict) or data.keys() != {"keyframes"}:
        raise TimelineError(name, 'is not an object with the one key "keyframes"')
    entries = data["keyframes"]
    if not isinstance(entries, list):
        raise TimelineError(name, '"keyframes" is not a list')
    entries = entries[: MAX_KEYFRAMES + 1]
    return Timeline([_keyframe(entry, n, name) for n, entry in enumerate(entries, 1)], name)


def _once(pairs: list[tuple[str, object]], name: str) -> dict[str, object]:
    """What is there twice could mean one thing here and another elsewhere."""
    table = dict(pairs)
    if len(table) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise TimelineError(name, f"has the key {_short(twice)} twice in one object")
    return table


def _check_length(text: str, name: str) -> None:
    if not isinstance(text, str):
        raise TimelineError(name, f"{shown(text)} is no text")
    if len(text) > MAX_CHARACTERS:
        problem = f"is {len(text)} characters long; a timeline has {MAX_CHARACTERS} at most"
        raise TimelineError(name, problem)


def _parse_keyframe(entry: str, number: int, name: str) -> Keyframe:
    fields = entry.split(":", maxsplit=len(_FIELDS))
    if not 2 <= len(fields) <= len(_FIELDS):
        raise TimelineError(name, f"keyframe {number}, {_short(entry)}, is not {_FORM}")
    time, expression, intensity, transition = (*fields, "", "")[: len(_FIELDS)]
    if any(part and not _NUMBER.fullmatch(part) for part in (time or "?", intensity, transition)):
        raise TimelineError(name, f"keyframe {number}, {_short(entry)}, is not {_FORM}")
    return Keyframe(
        float(time),
        expression,
        float(intensity) if intensity else DEFAULT_INTENSITY,
        float(transition) if transition else None,
    )


def _keyframe(entry: object, number: int, name: str) -> Keyframe:
    fields = _Fields(entry, number, name)
    return Keyframe(
        fields.number("time"),
        fields.text("expression"),
        fields.number("intensity") if "intensity" in fields.given else DEFAULT_INTENSITY,
        fields.number("transition") if "transition" in fields.given else None,
    )


class _Fields:
    """What an entry of a JSON timeline holds, named in every complaint."""

    def __init__(self, entry: object, number: int, name: str) -> None:
        self._number, self._name = number, name
        if not isinstance(entry, dict):
            self._refuse("is not an object")
        self.given: Mapping[str, object] = entry
        if unknown := next((key for key in entry if key not in _FIELDS), None):
            self._refuse(f"has an unknown key {_short(unknown)}; there are {', '.join(_FIELDS)}")

    def number(self, key: str) -> float:
        value = self.given.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(f'has no number as "{key}"')
        try:
            return float(value)
        except OverflowError:
            self._refuse(f'has a far too large "{key}"')

    def text(self, key: str) -> str:
        value = self.given.get(key)
        if not isinstance(value, str):
            self._refuse(f'has no text as "{key}"')
        return value

    def _refuse(self, problem: str) -> NoReturn:
        raise TimelineError(self._name, f"keyframe {self._number} {problem}")


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
