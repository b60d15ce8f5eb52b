"""RTMP's chunks: messages, cut into pieces that take turns on one connection. No sockets here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW, PEER_BANDWIDTH = range(1, 7)
AUDIO, VIDEO, DATA, COMMAND = 8, 9, 18, 20
SIZE_SENT = 16_384
"""Bytes of the pieces that are sent; the receiver is told before they come."""

_EXTENDED = 0xFF_FFFF
_MOST_MESSAGE = 256_000
"""Of what a receiver says: it has little to say."""
_MOST_STREAMS = 64
_HEADER_LENGTHS = (11, 7, 3, 0)


class ProtocolError(ValueError):
    """What no receiver says that speaks RTMP."""


@dataclass(frozen=True, slots=True)
class Message:
    """time_ms: wraps after 2^32. stream: 0 for the connection itself."""

    kind: int
    payload: bytes
    time_ms: int = 0
    stream: int = 0


def cut(message: Message, channel: int, size: int) -> bytes:
    """With a whole header, in pieces of ``size`` bytes. channel: 2 to 63."""
    time_ms = message.time_ms & 0xFFFF_FFFF
    short = min(time_ms, _EXTENDED)
    extended = struct.pack(">I", time_ms) if short == _EXTENDED else b""
    head = struct.pack(">I", short)[1:] + struct.pack(">I", len(message.payload))[1:]
    head += struct.pack("<BI", message.kind, message.stream)
    pieces = [bytes([channel]) + head + extended + message.payload[:size]]
    for start in range(size, len(message.payload), size):
        piece = message.payload[start : start + size]
        pieces.append(bytes([0xC0 | channel]) + extended + piece)
    return b"".join(pieces)


@dataclass(slots=True)
class _Channel:
    """What the short headers of a channel leave out."""

    time: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bool = False
    known: bool = False
    came: bytearray = field(default_factory=bytearray)


class Joiner:
    """What comes, put together again."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._channels: dict[int, _Channel] = {}
        self._size = 128

    def take(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now. Raises ProtocolError."""
        self._waiting += data
        while (length := self._piece()) is not None:
            used, message = length
            del self._waiting[:used]
            if message is None:
                continue
            if message.kind == SET_CHUNK_SIZE:
                self._resize(message)
            yield message

    def _resize(self, message: Message) -> None:
        size = int.from_bytes(message.payload[:4], "big")
        if not 1 <= size <= 0x7FFF_FFFF:
            raise ProtocolError("pieces of no size")
        self._size = min(size, _MOST_MESSAGE)

    def _piece(self) -> tuple[int, Message | None] | None:
        """How long the first piece is, and the message that it ends; None while it is not whole."""
        data = self._waiting
        if not data:
            return None
        form, number, at = data[0] >> 6, data[0] & 63, 1
        if number < 2:
            at += number + 1
            if len(data) < at:
                return None
            number = 64 + data[1] + (256 * data[2] if number else 0)
        head = bytes(data[at : at + _HEADER_LENGTHS[form]])
        at += _HEADER_LENGTHS[form]
        if len(data) < at:
            return None
        channel = self._channel(number)
        seen = _headed(channel, form, head)
        if seen.extended:
            at += 4
        size = min(self._size, seen.length - len(channel.came))
        if len(data) < at + size:
            return None
        self._channels[number] = seen
        seen.came += data[at : at + size]
        if len(seen.came) < seen.length:
            return at + size, None
        message = Message(seen.kind, bytes(seen.came), seen.time, seen.stream)
        seen.came = bytearray()
        return at + size, message

    def _channel(self, number: int) -> _Channel:
        if number not in self._channels and len(self._channels) >= _MOST_STREAMS:
            raise ProtocolError("too many channels")
        return self._channels.get(number) or _Channel()


def _headed(channel: _Channel, form: int, head: bytes) -> _Channel:
    """The channel after a header. Times are not made whole: nobody asks when a receiver speaks."""
    if form == 3:
        if not channel.known:
            raise ProtocolError("a piece of nothing")
        return channel
    if form > 0 and not channel.known:
        raise ProtocolError("a header that leaves out what was never said")
    if channel.came:
        raise ProtocolError("a message begins within another one")
    time = int.from_bytes(head[:3], "big")
    length, kind, stream = channel.length, channel.kind, channel.stream
    if form < 2:
        length, kind = int.from_bytes(head[3:6], "big"), head[6]
    if form == 0:
        (stream,) = struct.unpack("<I", head[7:])
    if length > _MOST_MESSAGE:
        raise ProtocolError("a message that is too large")
    return _Channel(time, length, kind, stream, time == _EXTENDED, True)
