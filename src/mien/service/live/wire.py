"""Binary messages of the WebSocket: sixteen bytes of header, little-endian, then the payload.

version (1 byte), kind (1), flags (2), seq (4), pts in microseconds (8). Flags are 0 in version 1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from mien.errors import InputError

SUBPROTOCOL = "mien.v1"
VERSION = 1
HEADER = struct.Struct("<BBHIQ")
LAST_SEQ = 0xFFFF_FFFF
MOST_MESSAGE_BYTES = 2_000_000
"""Of a message to the server: some ten seconds of sound, or a large JPEG."""


class Kind(IntEnum):
    """What the payload is."""

    JPEG = 1
    WEBP = 2
    PNG = 3
    H264 = 4
    RGBA = 5
    PCM = 16


class MalformedError(InputError):
    """A message that is none."""

    code = "malformed"


@dataclass(frozen=True, slots=True)
class WireMessage:
    """seq: 0 to 2^32 - 1, then 0 again. pts_us: microseconds since the face began."""

    kind: Kind
    seq: int
    pts_us: int
    payload: bytes
    flags: int = 0

    def serialise(self) -> bytes:
        """As it goes over the wire."""
        head = HEADER.pack(VERSION, self.kind, self.flags, self.seq & LAST_SEQ, self.pts_us)
        return head + self.payload


def parse(data: bytes) -> WireMessage:
    """Raises MalformedError for what no peer of this version sends."""
    if len(data) < HEADER.size:
        raise MalformedError(f"a binary message of {len(data)} bytes has no header of 16")
    version, kind, flags, seq, pts_us = HEADER.unpack_from(data)
    if version != VERSION:
        raise MalformedError(f"version {version} is not spoken here; 1 is")
    try:
        known = Kind(kind)
    except ValueError:
        raise MalformedError(f"there is no kind {kind} of messages") from None
    return WireMessage(known, seq, pts_us, data[HEADER.size :], flags)
