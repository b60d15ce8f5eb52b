"""What numpy's names in a pickle mean: told from the arguments, without calling any of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Literal, cast

import numpy as np

from mien.templates.problems import UnusableError
from mien.types import Floats

_NUMBERS = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
_ORDERS: tuple[Literal["<", ">", "|"], ...] = ("<", ">", "|")
_MOST_AXES, _LONGEST_AXIS = 4, 65_536
_LONGEST_SHOWN = 80
_DAMAGED = "holds an array that is not well made"


class Name(Enum):
    """The only names a template's pickle may hold."""

    ARRAY = "numpy.ndarray"
    TYPE = "numpy.dtype"
    NEW_ARRAY = "_reconstruct"
    NUMBER = "scalar"
    FROM_BUFFER = "_frombuffer"


_NAMES: Mapping[tuple[str, str], Name] = {
    ("numpy", "ndarray"): Name.ARRAY,
    ("numpy", "dtype"): Name.TYPE,
    # numpy 1 calls it core, numpy 2 _core; protocol 5 has arrays from buffers
    **{(f"numpy.{core}.multiarray", name.value): name
       for core in ("core", "_core") for name in (Name.NEW_ARRAY, Name.NUMBER)},
    **{(f"numpy.{core}.numeric", Name.FROM_BUFFER.value): Name.FROM_BUFFER
       for core in ("core", "_core")},
}  # fmt: skip


class PickledType:
    """A kind of number; its byte order comes after its name."""

    __slots__ = ("dtype",)

    def __init__(self, name: str) -> None:
        self.dtype = np.dtype(name)

    def build(self, state: object) -> None:
        """Take the state (version, byte order, and nothing of what makes a type complicated)."""
        for order in _ORDERS:
            if state == (3, order, None, None, None, -1, -1, 0):
                self.dtype = self.dtype.newbyteorder(order)
                return
        raise UnusableError("holds an array of a type that a template does not need")


class PickledArray:
    """An array; its ``values`` are None until its state has come."""

    __slots__ = ("values",)

    def __init__(self, values: Floats | None = None) -> None:
        self.values = values

    def build(self, state: object) -> None:
        """Take the state (version, shape, type, whether columns come first, bytes)."""
        match state:
            case (1, tuple() as shape, PickledType() as kind, bool() as columns, bytes() as data):
                self.values = _array(data, kind, shape, "F" if columns else "C")
            case _:
                raise UnusableError(_DAMAGED)


def admitted(module: str, name: str) -> Name:
    """The name, if a template may hold it."""
    known = _NAMES.get((module, name))
    if known is None:
        shown = f"{module}.{name}"[:_LONGEST_SHOWN]
        raise UnusableError(
            f"names {shown if shown.isprintable() else ascii(shown)}, which could run code and "
            "which no motion template needs; it was not loaded"
        )
    return known


def called(name: object, arguments: object) -> object:
    """What a call of an admitted name with these arguments stands for."""
    making = _MAKING.get(name) if isinstance(name, Name) else None
    made = making(arguments) if making is not None else None
    if made is None:
        raise UnusableError(_DAMAGED)
    return made


def _new_array(arguments: object) -> PickledArray | None:
    return PickledArray() if arguments == (Name.ARRAY, (0,), b"b") else None


def _type(arguments: object) -> PickledType | None:
    match arguments:
        case (str() as name, False, True) if name in _NUMBERS:
            return PickledType(name)
    return None


def _number(arguments: object) -> float | None:
    match arguments:
        case (PickledType() as kind, bytes() as data):
            return float(_array(data, kind, (), "C"))
    return None


def _from_buffer(arguments: object) -> PickledArray | None:
    match arguments:
        case (bytes() as data, PickledType() as kind, tuple() as shape, "C" | "F" as order):
            return PickledArray(_array(data, kind, shape, order))
    return None


_MAKING: Mapping[Name, Callable[[object], object]] = {
    Name.NEW_ARRAY: _new_array,
    Name.TYPE: _type,
    Name.NUMBER: _number,
    Name.FROM_BUFFER: _from_buffer,
}


def _array(data: bytes, kind: PickledType, shape: tuple[object, ...], order: str) -> Floats:
    """The array over these bytes: never larger than what the file holds."""
    sides = [side for side in shape if type(side) is int and 0 <= side <= _LONGEST_AXIS]
    if len(sides) < len(shape) or len(shape) > _MOST_AXES:
        raise UnusableError(_DAMAGED)
    if math.prod(sides) * kind.dtype.itemsize != len(data):
        raise UnusableError("holds an array that is larger or smaller than its data")
    flat = np.frombuffer(data, kind.dtype)
    return cast(Floats, flat.reshape(sides, order="F" if order == "F" else "C"))
