"""Where the frames of a clip go: an array made for them, or the caller's own, in place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast, get_args

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from mien.errors import OptionError
from mien.types import Image

DType = Literal["float32", "float16", "uint8"]
"""float32, float16: 0..1. uint8: 0..255."""
DTYPES: tuple[DType, ...] = get_args(DType)
Shape: TypeAlias = tuple[int, int, int, int]
"""Frames, 3, height, width."""
Planes: TypeAlias = NDArray[Any]
"""(3, height, width), red, green and blue."""

_LEVELS: Mapping[str, NDArray[Any]] = {
    "float32": (np.arange(256) / 255).astype(np.float32),
    "float16": (np.arange(256) / 255).astype(np.float16),
}
"""What each byte becomes: the nearest number to k / 255."""


def check_dtype(dtype: DTypeLike) -> DType:
    """The name of a number type; OptionError for others."""
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    if name not in DTYPES:
        raise OptionError("dtype", f"{name} is none of {', '.join(DTYPES)}")
    return name


def clip_buffer(output: object, shape: Shape, dtype: DTypeLike | None) -> NDArray[Any]:
    """The array (T, 3, H, W) that is written: a new one, or the caller's own memory.

    output: None; a numpy array or memmap; a torch tensor on the CPU, seen as an array. dtype: of
    a new array, float32 if None; of ``output`` it must be the one that it has.

    Raises OptionError that says what was given and what is wanted.
    """
    wanted = None if dtype is None else check_dtype(dtype)
    if output is None:
        return _new(shape, wanted or "float32")
    array = _memory_of(output)
    if array.shape != shape:
        raise OptionError("output", f"has shape {array.shape}; this clip needs {shape}")
    if array.dtype.name not in DTYPES or (wanted is not None and array.dtype.name != wanted):
        raise OptionError("output", f"holds {array.dtype.name}; give {wanted or ', '.join(DTYPES)}")
    if not array.dtype.isnative:
        raise OptionError("output", "has the byte order of other machines; give this one's")
    if not array.flags.writeable:
        raise OptionError("output", "cannot be written; give an array that is not read-only")
    if not array.flags.c_contiguous:
        raise OptionError("output", "is not contiguous; give an array with no gaps or other order")
    return array


def _new(shape: Shape, dtype: DType) -> NDArray[Any]:
    try:
        return np.empty(shape, dtype)
    except MemoryError:
        gigabytes = math.prod(shape) * np.dtype(dtype).itemsize / 1e9
        raise OptionError(
            "output",
            f"needs {gigabytes:.1f} GB of {dtype} that there are not; take dtype='uint8', a memmap "
            "as output, or frames() one by one",
        ) from None


def _memory_of(output: object) -> NDArray[Any]:
    """The output as an array over the same memory."""
    if isinstance(output, np.ndarray):
        return output.view(np.ndarray)
    # A tensor of torch, known by what it can do: nobody who has none needs the package.
    detach = getattr(output, "detach", None)
    device = getattr(getattr(output, "device", None), "type", "cpu")
    if detach is None or device != "cpu":
        given = type(output).__name__ if detach is None else f"a tensor on {device}"
        raise OptionError(
            "output", f"is {given}; give a numpy array, a memmap or a torch tensor on the CPU"
        )
    try:
        return cast(NDArray[Any], detach().numpy())
    except (TypeError, RuntimeError) as error:  # bfloat16, sparse
        reason = " ".join(str(error).split())
        raise OptionError("output", f"is a tensor that no array can show ({reason})") from None


def write_planes(pixels: Image, target: Planes) -> None:
    """Put a picture (h, w, 3) into planes (3, h, w) of any of DTYPES, in place."""
    for plane, into in zip(cv2.split(pixels), target, strict=True):
        match target.dtype.name:
            case "uint8":
                into[...] = plane
            case "float32":  # the same as its level, in half the time
                np.divide(plane, np.float32(255), out=into, dtype=np.float32)
            case dtype:
                cv2.LUT(plane, _LEVELS[dtype], dst=into)


def planes(pixels: Image, dtype: DType) -> Planes:
    """A picture (h, w, 3) as new planes (3, h, w)."""
    made = np.empty((3, *pixels.shape[:2]), dtype)
    write_planes(pixels, made)
    return made


def interleaved(pixels: Image, dtype: DType) -> NDArray[Any]:
    """A picture (h, w, 3) as a new array of the same shape."""
    return pixels.copy() if dtype == "uint8" else _LEVELS[dtype][pixels]
