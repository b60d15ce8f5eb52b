"""One entry of a table of expressions, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import NoReturn

from mien.errors import ExpressionError
from mien.motion.arkit import SHAPE_INDEX, shape_weights
from mien.motion.expressions.expression import CoarseParameters, Expression
from mien.types import Floats

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ACTION_UNIT = re.compile(r"AU[1-9][0-9]?")
_MAX_DESCRIPTION, _MAX_ACTION_UNITS = 400, 40
_KEYS = ("description", "action_units", "valence", "arousal", "shapes", "head", "coarse")
HEAD_LIMITS = {"yaw": 28.0, "pitch": 22.0, "roll": 45.0}
"""Degrees, either way: about as far as a single picture can be turned."""
_COARSE_LIMITS = {
    "mouth": (0.0, 1.0),
    "eyes": (0.0, 2.0),
    "eyebrows": (-1.0, 1.0),
    "scale": (0.0, 3.0),
}
_STEMS = {
    name.removesuffix(side): side
    for side in ("Left", "Right")
    for name in SHAPE_INDEX
    if name.endswith(side) and name not in ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
}
"""Shapes that have two sides, without them."""


def is_expression_name(name: str) -> bool:
    """Lower-case letters, digits, - and _, beginning with a letter, 40 at most."""
    return _NAME.fullmatch(name) is not None


def read_entry(name: str, entry: object, origin: str) -> Expression:
    """The expression that an entry of a table describes. ExpressionError says what is wrong."""
    reader = _Reader(name, origin)
    if not is_expression_name(name):
        reader.fail("a name is at most 40 of a-z, 0-9, - and _, beginning with a letter")
    fields = reader.table("", entry, _KEYS)
    head = reader.table("head", fields.get("head", {}), HEAD_LIMITS)
    coarse = reader.table("coarse", fields.get("coarse", {}), _COARSE_LIMITS)
    angles = {
        axis: reader.number(f"head.{axis}", head.get(axis, 0.0), -limit, limit)
        for axis, limit in HEAD_LIMITS.items()
    }
    return Expression(
        name=name,
        description=reader.description(fields.get("description", "")),
        action_units=reader.action_units(fields.get("action_units", [])),
        weights=reader.weights(fields.get("shapes")),
        angles=(angles["yaw"], angles["pitch"], angles["roll"]),
        coarse=CoarseParameters(
            **{k: reader.number(f"coarse.{k}", v, *_COARSE_LIMITS[k]) for k, v in coarse.items()}
        ),
        valence=reader.number("valence", fields.get("valence"), -1.0, 1.0),
        arousal=reader.number("arousal", fields.get("arousal"), -1.0, 1.0),
        origin=origin,
    )


class _Reader:
    """Takes the values of one entry and names it in every complaint."""

    def __init__(self, name: str, origin: str) -> None:
        self._name = name if is_expression_name(name) else repr(name[:40])
        self._origin = origin

    def fail(self, problem: str) -> NoReturn:
        raise ExpressionError(self._name, f"{problem} (in {self._origin})")

    def table(self, key: str, value: object, known: Collection[str]) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self.fail(f"{key or 'the entry'} is not a table")
        for unknown in value.keys() - set(known):
            path = f"{key}.{unknown}" if key else unknown
            self.fail(f"unknown key {path[:60]!r}; known are {', '.join(known)}")
        return value

    def number(self, key: str, value: object, low: float, high: float) -> float:
        if value is None:
            self.fail(f"{key} is missing")
        # true and false would pass as numbers, NaN fails the comparison
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.fail(f"{key} is not a number")
        if not low <= value <= high:
            self.fail(f"{key} is not from {low:g} to {high:g}")
        return float(value)

    def description(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > _MAX_DESCRIPTION:
            self.fail(f"description is not text of at most {_MAX_DESCRIPTION} characters")
        return " ".join(value.split())

    def action_units(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > _MAX_ACTION_UNITS:
            self.fail("action_units is not a list like ['AU6', 'AU12']")
        for unit in value:
            if not isinstance(unit, str) or not _ACTION_UNIT.fullmatch(unit):
                self.fail(f"action_units: {str(unit)[:20]!r} is no action unit like AU12")
        return tuple(value)

    def weights(self, value: object) -> Floats:
        if value is None:
            self.fail("shapes is missing")
        if not isinstance(value, dict):
            self.fail("shapes is not a table")
        weights = {
            shape: self._weight(str(shape), weight, value) for shape, weight in value.items()
        }
        array = shape_weights(weights)
        array.flags.writeable = False
        return array

    def _weight(self, shape: str, weight: object, shapes: Mapping[str, object]) -> float:
        if shape not in SHAPE_INDEX and shape not in _STEMS:
            nearest = get_close_matches(shape[:40], [*SHAPE_INDEX, *_STEMS], 1, 0.0)[0]
            self.fail(f"there is no shape {shape[:40]!r}; the nearest is {nearest}")
        if any(shape + side in shapes for side in ("Left", "Right") if shape in _STEMS):
            self.fail(f"shapes.{shape} sets both sides; leave it out or its sides")
        return self.number(f"shapes.{shape}", weight, 0.0, 1.0)
