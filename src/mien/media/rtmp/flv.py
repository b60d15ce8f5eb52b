"""FLV as it is written, taken apart into what RTMP carries."""

from __future__ import annotations

from collections.abc import Iterator

from mien.media.rtmp.amf import encoded
from mien.media.rtmp.chunks import DATA, Message

_FILE_HEAD = 9 + 4
_TAG_HEAD, _TAG_TAIL = 11, 4


class FlvTags:
    """Takes bytes in any portions."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._to_skip = _FILE_HEAD

    def take(self, data: bytes) -> Iterator[Message]:
        """The tags that are whole now, as messages of no stream yet."""
        self._waiting += data
        skipped = min(self._to_skip, len(self._waiting))
        self._to_skip -= skipped
        del self._waiting[:skipped]
        while len(self._waiting) >= _TAG_HEAD:
            length = int.from_bytes(self._waiting[1:4], "big")
            whole = _TAG_HEAD + length + _TAG_TAIL
            if len(self._waiting) < whole:
                return
            yield _message(bytes(self._waiting[: whole - _TAG_TAIL]))
            del self._waiting[:whole]


def _message(tag: bytes) -> Message:
    kind, payload = tag[0] & 31, tag[_TAG_HEAD:]
    if kind == DATA:
        payload = encoded("@setDataFrame") + payload
    return Message(kind, payload, tag[7] << 24 | int.from_bytes(tag[4:7], "big"))
