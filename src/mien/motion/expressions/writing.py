"""Expressions as the text of a table."""

from __future__ import annotations

import json
import re

from mien.errors import ExpressionError
from mien.motion.arkit import BLENDSHAPES, opposite
from mien.motion.expressions.entry import HEAD_LIMITS
from mien.motion.expressions.expression import Expression
from mien.motion.expressions.table import parse_table

_NOTES = {
    "description": "for people who choose one",
    "action_units": "Facial Action Coding System; documentation only",
    "valence": "-1 unpleasant to 1 pleasant",
    "arousal": "-1 calm to 1 excited",
    "coarse": "mouth 0..1, eyes 0..2, eyebrows -1..1, scale 0..3; documentation only",
    "head": "degrees: yaw > 0 to the picture's right, pitch > 0 up, roll > 0 clockwise",
}
_SHAPES_NOTE = """\
# ARKit blendshapes at intensity 1, each 0 to 1. Without Left or Right: both sides; left and right
# are the person's own. A shape that is not named stays 0."""


def expression_text(expression: Expression, *, name: str | None = None, notes: bool = False) -> str:
    """An entry that reads back as the expression, under another name if one is given; with
    ``notes`` every key is explained."""
    name = name or expression.name
    coarse = expression.coarse
    values = {
        "description": _quoted(expression.description),
        "action_units": "[" + ", ".join(map(_quoted, expression.action_units)) + "]",
        "valence": _number(expression.valence),
        "arousal": _number(expression.arousal),
        "coarse": _inline(
            mouth=coarse.mouth, eyes=coarse.eyes, eyebrows=coarse.eyebrows, scale=coarse.scale
        ),
        "head": _inline(**dict(zip(HEAD_LIMITS, expression.angles, strict=True))),
    }
    lines = [f"[{name}]"]
    for key, value in values.items():
        lines.append(f"{key} = {value}" + (f"  # {_NOTES[key]}" if notes else ""))
    lines.append(f"[{name}.shapes]")
    if notes:
        lines.append(_SHAPES_NOTE)
    lines += [f"{shape} = {_number(weight)}" for shape, weight in _shapes(expression).items()]
    return "\n".join(lines) + "\n"


def with_entry(table: str, name: str, entry: str, origin: str) -> str:
    """The table's text with the entry at its end, in place of one of that name.

    Everything else stays as it was written. ExpressionError where an entry is written so that it
    cannot be taken out.
    """
    before = parse_table(table, origin)
    text = _without(table, name) if name in before else table
    text = f"{text.rstrip()}\n\n{entry}" if text.strip() else entry
    try:
        after = parse_table(text, origin)
    except ExpressionError:
        after = {}
    if after.keys() != before.keys() | {name}:
        raise ExpressionError(name, f"cannot be replaced; take its old entry out of {origin} first")
    return text


def _without(table: str, name: str) -> str:
    """The text without the tables of one expression and the remarks that are theirs."""
    kept, inside = [], False
    for line in table.splitlines(keepends=True):
        if header := re.match(r"\s*\[\s*[\"']?([\w-]+)", line):
            inside = header[1] == name
        if not inside:
            kept.append(line)
    return "".join(kept)


def _shapes(expression: Expression) -> dict[str, float]:
    """Weights above 0 by name, sides that agree as one."""
    weights = dict(zip(BLENDSHAPES, map(float, expression.weights), strict=True))
    shapes: dict[str, float] = {}
    for shape, weight in weights.items():
        stem = shape.removesuffix("Left").removesuffix("Right")
        two_sided = opposite(shape) != shape and stem not in ("mouth", "jaw")
        if two_sided and weights[opposite(shape)] == weight:
            shapes[stem] = weight
        else:
            shapes[shape] = weight
    return {shape: weight for shape, weight in shapes.items() if weight > 0.0}


def _inline(**values: float) -> str:
    return "{ " + ", ".join(f"{k} = {_number(v)}" for k, v in values.items()) + " }"


def _number(value: float) -> str:
    """Six digits: more than float32 weights were written with."""
    return str(round(value, 6) + 0.0)


def _quoted(text: str) -> str:
    """A TOML basic string: its escapes are JSON's, apart from DEL, which JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
