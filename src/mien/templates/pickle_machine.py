"""What the opcodes of a pickle do to a stack and a memo, and nothing else: no opcode imports,
calls or builds what a file names."""

from __future__ import annotations

import struct

from mien.templates.pickled_arrays import PickledArray, PickledType, admitted, called
from mien.templates.problems import UnusableError

_LONGEST_TEXT = 200
_LONGEST_INTEGER = 8
_FIRST_PROTOCOL, _LAST_PROTOCOL = 3, 5
_FRAME = struct.Struct("<Q")


class PickleMachine:
    """Reads one pickle. Each method but the first few is one opcode.

    Raises UnusableError, and IndexError or KeyError where the file takes what is not there.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._stack: list[object] = []
        self._below: list[list[object]] = []  # the stacks beneath the marks
        self._memo: dict[int, object] = {}

    def take(self, size: int) -> bytes:
        """The next bytes of the file."""
        start, self._at = self._at, self._at + size
        if self._at > len(self._data):
            raise UnusableError("is a damaged pickle: it ends too soon")
        return self._data[start : self._at]

    def number(self, form: struct.Struct) -> int:
        value: int = form.unpack(self.take(form.size))[0]
        return value

    def push(self, value: object) -> None:
        self._stack.append(value)

    def pop(self) -> object:
        return self._stack.pop()

    def mark(self) -> None:
        self._below.append(self._stack)
        self._stack = []

    def pop_to_mark(self) -> list[object]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def frame(self) -> None:
        if self.number(_FRAME) > len(self._data) - self._at:
            raise UnusableError("is a damaged pickle: it ends too soon")

    def protocol(self) -> None:
        protocol = self.take(1)[0]
        if not _FIRST_PROTOCOL <= protocol <= _LAST_PROTOCOL:
            raise UnusableError(
                f"is a pickle of protocol {protocol}; "
                f"{_FIRST_PROTOCOL} to {_LAST_PROTOCOL} are read"
            )

    def text(self, length: struct.Struct) -> None:
        size = self.number(length)
        if size > _LONGEST_TEXT:
            raise UnusableError(f"holds a text of {size} bytes, which no motion template needs")
        try:
            self.push(self.take(size).decode())
        except UnicodeDecodeError:
            raise UnusableError("is a damaged pickle: a text is not UTF-8") from None

    def bytes(self, length: struct.Struct) -> None:
        self.push(self.take(self.number(length)))

    def integer(self, form: struct.Struct) -> None:
        self.push(self.number(form))

    def long_integer(self) -> None:
        size = self.take(1)[0]
        if size > _LONGEST_INTEGER:
            raise UnusableError("holds a number that is too large")
        self.push(int.from_bytes(self.take(size), "little", signed=True))

    def tuple(self, size: int) -> None:
        items = [self.pop() for _ in range(size)]
        self.push(tuple(reversed(items)))

    def memoize(self) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def put(self, form: struct.Struct) -> None:
        self._memo[self.number(form)] = self._stack[-1]

    def get(self, form: struct.Struct) -> None:
        self.push(self._memo[self.number(form)])

    def append(self, items: list[object]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise UnusableError("is a damaged pickle: it appends to what is no list")
        target.extend(items)

    def set_items(self, items: list[object]) -> None:
        target = self._stack[-1]
        if type(target) is not dict or len(items) % 2:
            raise UnusableError("is a damaged pickle: it sets items of what is no dict")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if type(key) is not str:  # hashing others could take for ever
                raise UnusableError("holds a key that is no name")
            target[key] = value

    def global_by_lines(self) -> None:
        module, name = self._line(), self._line()
        self.push(admitted(module, name))

    def global_by_stack(self) -> None:
        name, module = self.pop(), self.pop()
        if not (isinstance(module, str) and isinstance(name, str)):
            raise UnusableError("is a damaged pickle: a name is no text")
        self.push(admitted(module, name))

    def reduce(self) -> None:
        arguments, name = self.pop(), self.pop()
        self.push(called(name, arguments))

    def build(self) -> None:
        state, target = self.pop(), self._stack[-1]
        if not isinstance(target, PickledArray | PickledType):
            raise UnusableError("is a damaged pickle: it fills what is no array")
        target.build(state)

    def _line(self) -> str:
        end = self._data.find(b"\n", self._at, self._at + _LONGEST_TEXT)
        if end < 0:
            raise UnusableError("is a damaged pickle: a name does not end")
        line = self.take(end + 1 - self._at)[:-1]
        return line.decode(errors="replace")
