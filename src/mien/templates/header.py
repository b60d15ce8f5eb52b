"""The head of a ``.mien`` file: what it says of itself, checked before any tensor is looked at.

A ``.mien`` file is a safetensors file: eight bytes with the size of a table in JSON, the table,
the numbers. One entry of the table's ``__metadata__``, ``mien``, holds JSON again: this header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mien.checks import shown
from mien.media.sniff import LARGEST_TABLE
from mien.templates.problems import UnusableError

FORMAT, VERSION = "mien-motion", 1
_KEY = "mien"
_SIZE_BYTES = 8
_LONGEST_TEXT = 200
_RATE = re.compile(r"\d{1,12}(/\d{1,12})?")


@dataclass(frozen=True, slots=True)
class Header:
    """rate: frames per second. num_frames, first_frame: as in
    :class:`mien.templates.MotionTemplate`. made_from: the name of what it was recorded from, up to
    200 characters.
    """

    rate: Fraction
    num_frames: int
    first_frame: int
    made_from: str

    def metadata(self) -> dict[str, str]:
        """As safetensors' metadata."""
        rate = self.rate
        facts = {
            "format": FORMAT,
            "version": VERSION,
            "fps": f"{rate.numerator}/{rate.denominator}",
            "frames": self.num_frames,
            "first_frame": self.first_frame,
            "made_from": _printable(self.made_from[:_LONGEST_TEXT]),
        }
        return {_KEY: json.dumps(facts, separators=(",", ":"))}


def read_header(data: bytes) -> tuple[Header, Mapping[str, str]]:
    """The header of a file's bytes, and the types of its tensors by name. UnusableError for a
    file that is none of ours, of another version, cut short or damaged."""
    table = _table(data)
    metadata = table.pop("__metadata__", None)
    text = metadata.get(_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise UnusableError("is no motion template: its header says nothing of motion")
    types = {name: _type(name, entry) for name, entry in table.items()}
    return _header(_json(text.encode(errors="replace"))), types


def _table(data: bytes) -> dict[str, object]:
    size = int.from_bytes(data[:_SIZE_BYTES], "little")
    if size > LARGEST_TABLE:
        raise UnusableError("is no motion template; give a .mien file or a .pkl of LivePortrait")
    if len(data) < _SIZE_BYTES + size:
        raise UnusableError("is damaged: it ends too soon")
    return _json(data[_SIZE_BYTES : _SIZE_BYTES + size])


def _json(text: bytes) -> dict[str, object]:
    try:
        table = json.loads(text, object_pairs_hook=_unique)
    except UnusableError:  # which is a ValueError
        raise
    except (ValueError, RecursionError):
        raise UnusableError("is no motion template: its header is no JSON") from None
    if not isinstance(table, dict):
        raise UnusableError("is no motion template: its header is no table")
    return table


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """What is there twice could mean one thing here and another elsewhere."""
    table = dict(pairs)
    if len(table) < len(pairs):
        raise UnusableError("is damaged: its header says one thing twice")
    return table


def _type(name: str, entry: object) -> str:
    kind = entry.get("dtype") if isinstance(entry, dict) else None
    if not isinstance(kind, str):
        raise UnusableError(f"is damaged: its header does not describe {name[:40]!r}")
    return kind


def _header(facts: dict[str, object]) -> Header:
    version = facts.get("version")
    if facts.get("format") != FORMAT or type(version) is not int:
        raise UnusableError("is no motion template: its header is not a template's")
    if version != VERSION:
        raise UnusableError(
            f"is of version {shown(version)}; this Mien reads {VERSION}: use a newer one"
        )
    return Header(
        _rate(facts.get("fps")),
        _whole(facts, "frames"),
        _whole(facts, "first_frame", most=1),
        _text(facts, "made_from"),
    )


def _rate(value: object) -> Fraction:
    try:
        if isinstance(value, str) and _RATE.fullmatch(value):
            return Fraction(value)
    except ZeroDivisionError:
        pass
    raise UnusableError("is damaged: its header has no frame rate")


def _whole(facts: dict[str, object], name: str, *, most: float = float("inf")) -> int:
    value = facts.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise UnusableError(f"is damaged: its header has no {name}")
    return value


def _text(facts: dict[str, object], name: str) -> str:
    value = facts.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise UnusableError(f"is damaged: its header's {name} is no short text")
    return _printable(value)


def _printable(text: str) -> str:
    """Fit for a terminal, whatever it says."""
    return "".join(character if character.isprintable() else "?" for character in text)
