"""AMF0: the values of RTMP's commands. As much of it as receivers of streams say."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "float | bool | str | Mapping[str, Value] | None"

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED, _MAP, _END, _LIST, _LONG_STRING = (
    0, 1, 2, 3, 5, 6, 8, 9, 10, 12,
)  # fmt: skip
_DEEPEST = 8


class AmfError(ValueError):
    """Bytes that are no AMF0, or more than anybody needs of it."""


def encoded(*values: Value) -> bytes:
    """One after the other."""
    return b"".join(map(_encoded, values))


def decoded(data: bytes) -> list[Value]:
    """All values there are. Lists become mappings from their indices. Raises AmfError."""
    reader = _Reader(data)
    values: list[Value] = []
    while not reader.at_end:
        values.append(reader.value())
    return values


def _encoded(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes([_BOOLEAN, value])
    if isinstance(value, float | int):
        return struct.pack(">Bd", _NUMBER, value)
    if isinstance(value, str):
        return bytes([_STRING]) + _name(value)
    if value is None:
        return bytes([_NULL])
    fields = b"".join(_name(key) + _encoded(each) for key, each in value.items())
    return bytes([_OBJECT]) + fields + b"\0\0" + bytes([_END])


def _name(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)

    def value(self, depth: int = 0) -> Value:
        if depth > _DEEPEST:
            raise AmfError("nested too deeply")
        (kind,) = self._take(1)
        if kind == _NUMBER:
            return float(struct.unpack(">d", self._take(8))[0])
        if kind == _BOOLEAN:
            return self._take(1) != b"\0"
        if kind in (_STRING, _LONG_STRING):
            return self._text(2 if kind == _STRING else 4)
        if kind in (_NULL, _UNDEFINED):
            return None
        if kind in (_OBJECT, _MAP):
            if kind == _MAP:
                self._take(4)  # how many there are, which nobody keeps to
            return self._fields(depth)
        if kind == _LIST:
            (count,) = struct.unpack(">I", self._take(4))
            return {str(index): self.value(depth + 1) for index in self._counted(count)}
        raise AmfError(f"kind {kind}")

    def _fields(self, depth: int) -> Mapping[str, Value]:
        fields: dict[str, Value] = {}
        while True:
            name = self._text(2)
            if not name and self._data[self._at : self._at + 1] == bytes([_END]):
                self._at += 1
                return fields
            fields[name] = self.value(depth + 1)

    def _counted(self, count: int) -> Sequence[int]:
        if count > len(self._data):  # each of them has a byte at least
            raise AmfError("a list longer than the message")
        return range(count)

    def _text(self, width: int) -> str:
        length = int.from_bytes(self._take(width), "big")
        return self._take(length).decode(errors="replace")

    def _take(self, count: int) -> bytes:
        data = self._data[self._at : self._at + count]
        if len(data) < count:
            raise AmfError("cut short")
        self._at += count
        return data
