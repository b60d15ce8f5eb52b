"""What a server and its workers say to each other, and how it lies on the wire: eight bytes of
length, then a pickle. Both ends are ours, and the socket between them has no name."""

from __future__ import annotations

import asyncio
import pickle
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from mien.types import Progress

HEADER = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Do:
    """task: pickled, so that what cannot be read is the fault of this task alone."""

    number: int
    task: bytes


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody wants the task any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Begun:
    """The task has been heard of and may have had effects."""

    number: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """The task goes on."""

    number: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Returned:
    """The task is done, and this came of it."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The task failed. trace: of a fault of ours, for the server's log; None for errors that were
    raised on purpose."""

    number: int
    error: Exception
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The task ended because it was told to."""

    number: int


Order: TypeAlias = Do | Cancel
Answer: TypeAlias = Begun | Progressed | Returned | Raised | Cancelled


def packed(message: Any) -> bytes:
    """As it goes over the wire."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body


def received(incoming: BinaryIO) -> Any:
    """The next message. Blocks. Raises EOFError when the other end has hung up."""
    header = incoming.read(HEADER.size)
    if len(header) < HEADER.size:
        raise EOFError
    return pickle.loads(incoming.read(*HEADER.unpack(header)))


async def next_message(reader: asyncio.StreamReader) -> Any:
    """The same in an event loop. Raises asyncio.IncompleteReadError then."""
    header = await reader.readexactly(HEADER.size)
    return pickle.loads(await reader.readexactly(*HEADER.unpack(header)))
