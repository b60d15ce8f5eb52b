"""How much memory something takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AnySet
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

_WEIGHTLESS = (
    type, ModuleType, FunctionType, BuiltinFunctionType, str, int, float, complex, type(None),
)  # fmt: skip
"""Shared by everybody, or too small to count."""


def num_bytes(value: object) -> int:
    """Bytes of all the arrays and tensors that are reached from a value through attributes,
    sequences and mappings. What is reached in several ways counts once; a view counts as the
    whole array that it keeps alive. What hangs on a function is not seen."""
    total = 0
    reached: dict[int, object] = {}
    waiting: list[object] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, _WEIGHTLESS) or id(each) in reached:
            continue
        reached[id(each)] = each
        if isinstance(each, np.ndarray) and isinstance(each.base, np.ndarray):
            waiting.append(each.base)
            continue
        own = _own_bytes(each)
        total += own
        if own == 0:
            waiting.extend(_parts(each))
    return total


def _own_bytes(each: Any) -> int:
    """Of an array, a tensor or a string of bytes; 0 for whatever is made of parts."""
    if isinstance(each, bytes | bytearray):
        return len(each)
    size = getattr(each, "nbytes", 0)
    return size if isinstance(size, int) else 0


def _parts(each: Any) -> Iterable[object]:
    if isinstance(each, Mapping):
        return [*each.keys(), *each.values()]
    if isinstance(each, list | tuple | AnySet):
        return each
    slots = (name for kind in type(each).__mro__ for name in _slots(kind))
    held = [getattr(each, name) for name in slots if hasattr(each, name)]
    return [*held, *getattr(each, "__dict__", {}).values()]


def _slots(kind: type) -> Iterable[str]:
    names = kind.__dict__.get("__slots__", ())
    names = (names,) if isinstance(names, str) else names
    return [_mangled(kind, name) for name in names if name not in ("__dict__", "__weakref__")]


def _mangled(kind: type, name: str) -> str:
    """A private slot under the name that it has from outside."""
    private = name.startswith("__") and not name.endswith("__")
    return f"_{kind.__name__.lstrip('_')}{name}" if private else name
