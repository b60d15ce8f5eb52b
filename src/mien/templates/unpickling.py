"""A pickle read as data: the few opcodes that plain containers and arrays of numbers are made
of, interpreted here. Nothing is imported, called or built as the file asks, so there is nothing
that a hostile file could run; every other opcode ends the reading.

Memory stays within a small multiple of the file: what a length claims is compared with what is
left of the file first, and the number of steps is bounded.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from pickletools import opcodes

from mien.templates.pickle_machine import PickleMachine
from mien.templates.problems import UnusableError

MOST_STEPS = 4_000_000
"""About 25 000 frames."""
_NAMES = {ord(opcode.code): opcode.name for opcode in opcodes}
_STOP = ord(".")


def unpickle(data: bytes) -> object:
    """What a pickle of protocol 3 to 5 holds: dicts with names for keys, lists, tuples, numbers,
    text, bytes, None, and arrays as :class:`mien.templates.pickled_arrays.PickledArray`.

    What refers to itself does so here too. UnusableError for anything else.
    """
    machine = PickleMachine(data)
    try:
        for _ in range(MOST_STEPS):
            code = machine.take(1)[0]
            if code == _STOP:
                return machine.pop()
            step = _STEPS.get(code)
            if step is None:
                raise UnusableError(_needless(code))
            step(machine)
    except (IndexError, KeyError):  # of an empty stack, an unknown place in the memo
        raise UnusableError("is a damaged pickle") from None
    raise UnusableError(f"takes more than {MOST_STEPS} steps to read")


def _needless(code: int) -> str:
    name = _NAMES.get(code)
    if name is None:
        return "is a damaged pickle"
    return f"asks for {name}, which no motion template needs; it was not loaded"


_U1, _U2, _U4, _U8, _I4, _F8 = map(struct.Struct, ("<B", "<H", "<I", "<Q", "<i", ">d"))
_Step = Callable[[PickleMachine], object]


def _steps() -> dict[int, _Step]:
    """Opcodes by their name in ``pickletools``."""
    machine = PickleMachine
    steps: dict[str, _Step] = {
        "PROTO": machine.protocol,
        "FRAME": machine.frame,
        "MARK": machine.mark,
        "POP": machine.pop,
        "NONE": lambda m: m.push(None),
        "NEWTRUE": lambda m: m.push(True),
        "NEWFALSE": lambda m: m.push(False),
        "BININT": partial(machine.integer, form=_I4),
        "BININT1": partial(machine.integer, form=_U1),
        "BININT2": partial(machine.integer, form=_U2),
        "LONG1": machine.long_integer,
        "BINFLOAT": partial(machine.integer, form=_F8),
        "SHORT_BINUNICODE": partial(machine.text, length=_U1),
        "BINUNICODE": partial(machine.text, length=_U4),
        "SHORT_BINBYTES": partial(machine.bytes, length=_U1),
        "BINBYTES": partial(machine.bytes, length=_U4),
        "BINBYTES8": partial(machine.bytes, length=_U8),
        "BYTEARRAY8": partial(machine.bytes, length=_U8),
        "EMPTY_TUPLE": lambda m: m.push(()),
        "TUPLE1": partial(machine.tuple, size=1),
        "TUPLE2": partial(machine.tuple, size=2),
        "TUPLE3": partial(machine.tuple, size=3),
        "TUPLE": lambda m: m.push(tuple(m.pop_to_mark())),
        "EMPTY_LIST": lambda m: m.push([]),
        "APPEND": lambda m: m.append([m.pop()]),
        "APPENDS": lambda m: m.append(m.pop_to_mark()),
        "EMPTY_DICT": lambda m: m.push({}),
        "SETITEM": lambda m: m.set_items([m.pop(), m.pop()][::-1]),
        "SETITEMS": lambda m: m.set_items(m.pop_to_mark()),
        "MEMOIZE": machine.memoize,
        "BINPUT": partial(machine.put, form=_U1),
        "LONG_BINPUT": partial(machine.put, form=_U4),
        "BINGET": partial(machine.get, form=_U1),
        "LONG_BINGET": partial(machine.get, form=_U4),
        "GLOBAL": machine.global_by_lines,
        "STACK_GLOBAL": machine.global_by_stack,
        "REDUCE": machine.reduce,
        "BUILD": machine.build,
    }
    return {code: steps[name] for code, name in _NAMES.items() if name in steps}


_STEPS = _steps()
