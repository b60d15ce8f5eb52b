"""What is said between the client's verbs and what carries them over the network.

A verb is a :data:`Flow`: a generator that yields what it wants done, one `Effect` after the other,
is sent what came of each, and returns its result. So every verb is written once, and is carried
out by a :class:`mien.Client` as well as by a :class:`mien.AsyncClient`.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a form. content: its path, opened anew for every attempt, or its bytes."""

    field: str
    name: str
    content: Path | bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request. path: below the service's address. form, files: of a multipart body. repeatable:
    whether it may be sent again where it may have been done already. timeout_s: how long to wait
    for each piece of the answer, where the client's own is not meant."""

    method: str
    path: str
    json: Any = None
    form: Mapping[str, str | list[str]] = field(default_factory=dict)
    files: tuple[FilePart, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: names in lower case. content: empty while the body of a stream is still to come."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Event:
    """Of a stream of server-sent events."""

    name: str
    data: str
    id: str


@dataclass(frozen=True, slots=True)
class Send:
    """The whole Answer, whatever its status."""

    call: Call


@dataclass(frozen=True, slots=True)
class Open:
    """The Answer without its body, which Read or NextEvent bring; whole if it is an error. What
    was open before is closed."""

    call: Call


@dataclass(frozen=True, slots=True)
class Read:
    """More bytes of what is open; None at its end."""


@dataclass(frozen=True, slots=True)
class NextEvent:
    """The next Event of what is open; None at its end."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing, so many seconds later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Emit:
    """Nothing; the value is the next of what the verb iterates over."""

    value: Any


Effect: TypeAlias = Send | Open | Read | NextEvent | Pause | Emit
"""What is done may raise ApiConnectionError into the verb."""
Flow: TypeAlias = Generator[Effect, Any, T]
