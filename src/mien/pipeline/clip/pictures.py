"""The portrait of a clip: a path, a Pillow picture or an array, made head and shoulders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.face.aligned import frame_upper_body
from mien.face.cutout import cut_out
from mien.media import portrait_of, read_still
from mien.media.stills import MAX_STILL_PIXELS
from mien.pipeline.portraits.canvas import flatten
from mien.pipeline.portraits.casting import check_sides
from mien.pipeline.portraits.upper_body import landmarks_of
from mien.types import Face, Image, Portrait

if TYPE_CHECKING:
    from PIL import Image as PillowImage

SourceImage: TypeAlias = "str | Path | PillowImage.Image | NDArray[Any]"
NAME = "source_image"
_WANTED = "uint8 (height, width, 3) or float (3, height, width) in 0..1"
_CHANNELS = (3, 4)


def head_and_shoulders(source: SourceImage, size: int) -> tuple[Portrait, Face]:
    """The upper body of the largest face, ``size`` x ``size`` pixels, and that face in it.

    Transparency is laid on white. Raises UnreadableMediaError, NoFaceError, and OptionError for
    an array that is no picture.
    """
    name = str(source) if isinstance(source, str | Path) else NAME
    portrait = flatten(_portrait(source))
    height, width = portrait.pixels.shape[:2]
    check_sides(name, width, height)
    points, _ = landmarks_of(portrait, name, 1)
    transform = frame_upper_body(points, (width, height), size)
    placed = points.copy()
    placed[:, :2] = points[:, :2] @ transform[:, :2].T + transform[:, 2]
    placed[:, 2] *= np.sqrt(abs(np.linalg.det(transform[:, :2])))
    pixels = cut_out(portrait.pixels, transform, size)
    return Portrait(pixels, name=portrait.name), Face(placed.astype(np.float32), 1.0)


def _portrait(source: Any) -> Portrait:
    if isinstance(source, str | Path):
        return read_still(source)
    if hasattr(source, "getexif"):  # nobody who has no Pillow picture needs Pillow here
        return portrait_of(source, NAME)
    if not (hasattr(source, "__array__") and hasattr(source, "shape")):
        raise OptionError(NAME, f"is {type(source).__name__}; give a path, a picture or {_WANTED}")
    return _of_array(np.asarray(source))


def _of_array(array: NDArray[Any]) -> Portrait:
    given = f"{array.dtype.name} {array.shape}"
    if array.ndim != 3:
        raise OptionError(NAME, f"has shape {array.shape}; give {_WANTED}")
    if array.size > MAX_STILL_PIXELS * max(min(array.shape), 1):
        limit = f"{MAX_STILL_PIXELS // 1_000_000} megapixels"
        raise OptionError(NAME, f"is {given}, more than {limit}; make it smaller")
    if array.dtype == np.uint8:
        if array.shape[2] not in _CHANNELS:
            raise OptionError(NAME, f"is {given}, which has no 3 channels at its end; {_GIVE}")
        return _split(array)
    if array.dtype.kind != "f":
        raise OptionError(NAME, f"holds {array.dtype.name}; give {_WANTED}")
    if array.shape[0] not in _CHANNELS:
        raise OptionError(NAME, f"is {given}, which has no 3 channels in front; {_GIVE}")
    low, high = float(array.min(initial=0.0)), float(array.max(initial=0.0))
    if not 0.0 <= low <= high <= 1.0:  # so that NaN is refused too
        raise OptionError(NAME, f"has values from {low:g} to {high:g}; floats are wanted in 0..1")
    return _split(np.rint(array.transpose(1, 2, 0) * 255.0).astype(np.uint8))


_GIVE = f"give {_WANTED}"


def _split(pixels: Image) -> Portrait:
    alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
    return Portrait(np.ascontiguousarray(pixels[..., :3]), alpha, NAME)
