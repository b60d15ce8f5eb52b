"""Session descriptions (RFC 8866) as lines: read strictly, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mien.checks import shown
from mien.service.rtc.errors import MalformedOfferError

MOST_BYTES = 64_000
"""Browsers with all their codecs send a tenth of this."""
_MOST_LINES, _LONGEST_LINE = 1200, 1024
_LINE = re.compile(r"[a-z]=[^\x00-\x1f\x7f]*")
_MEDIA = re.compile(r"m=([a-z]{1,16}) (\d{1,5}) ([A-Z/]{1,32})((?: [A-Za-z0-9-]{1,32}){1,128})")
_HEAD = ("v=0", "o=", "s=")


@dataclass(frozen=True, slots=True)
class Section:
    """One ``m=`` line and those below it, as they were sent."""

    kind: str
    port: int
    profile: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """head: the lines above the first section."""

    head: tuple[str, ...]
    sections: tuple[Section, ...]


def read(body: bytes) -> Description:
    """Raises MalformedOfferError for what no parser should be given."""
    lines = _lines(body)
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    head = lines[: starts[0]] if starts else lines
    if any(not line.startswith(begin) for line, begin in zip(head, _HEAD, strict=False)):
        raise MalformedOfferError("it does not begin with v=0, o= and s=")
    if len(head) < len(_HEAD) or not any(line.startswith("t=") for line in head):
        raise MalformedOfferError("v=0, o=, s= or t= is missing")
    ends = [*starts[1:], len(lines)]
    sections = [_section(lines[start:end]) for start, end in zip(starts, ends, strict=False)]
    return Description(tuple(head), tuple(sections))


def write(head: tuple[str, ...], sections: Iterable[tuple[str, ...]]) -> str:
    """The lines as text."""
    return "".join(f"{line}\r\n" for part in (head, *sections) for line in part)


def values(lines: tuple[str, ...], name: str) -> list[str]:
    """What stands after ``a=name:``, in order."""
    begin = f"a={name}:"
    return [line.removeprefix(begin).strip() for line in lines if line.startswith(begin)]


def _lines(body: bytes) -> list[str]:
    if len(body) > MOST_BYTES:  # the routes stop reading before
        raise MalformedOfferError("it is too long")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedOfferError("it is not UTF-8") from None
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if len(lines) > _MOST_LINES:
        raise MalformedOfferError(f"it has more than {_MOST_LINES} lines")
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE or not _LINE.fullmatch(line):
            raise MalformedOfferError(f"line {number} is {shown(line[:60])}")
    return lines


def _section(lines: list[str]) -> Section:
    found = _MEDIA.fullmatch(lines[0])
    if found is None:
        raise MalformedOfferError(f"{shown(lines[0][:60])} is no media section")
    kind, port, profile, _ = found.groups()
    return Section(kind, int(port), profile, tuple(lines))
