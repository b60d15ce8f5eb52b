"""Pictures from files, as upright sRGB with straight alpha. Files are taken to be hostile."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageCms, UnidentifiedImageError

from mien.errors import UnreadableMediaError
from mien.media.sniff import is_heic, require_file, sniff
from mien.types import Image, Mask, Portrait

MAX_STILL_PIXELS = 100_000_000
"""Largest picture that is decoded: 300 MB as RGB."""
MAX_STILL_SIDE = 30_000
"""Largest side in pixels; OpenCV's warps end at 32 767."""
# Formats whose decoders are small and common. Never those that run a program or a parser of
# a whole document (EPS, PDF, PSD, SVG).
STILL_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_ORIENTATION_TAG = 0x0112
_ALPHA_MODES = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})


def read_still(path: str | Path) -> Portrait:
    """Read a picture: the first one of an animation, turned upright, in sRGB.

    Understands PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF in greyscale, palette, RGB, CMYK, 16
    bit and float, with or without alpha. The size is checked before anything is decoded.

    Raises UnreadableMediaError with one line that says what is wrong.
    """
    file = require_file(path)
    with warnings.catch_warnings():
        # Pillow warns of large pictures, odd metadata and more; the size is checked below and
        # the rest does not matter to the picture.
        warnings.simplefilter("ignore")
        with _naming(path):
            try:
                with PillowImage.open(file, formats=STILL_FORMATS) as picture:
                    pixels, alpha = _decoded(picture, path)
            except UnidentifiedImageError:
                raise UnreadableMediaError(path, _not_a_picture(file)) from None
    return Portrait(pixels=pixels, alpha=alpha, name=file.stem)


def portrait_of(picture: PillowImage.Image, name: str) -> Portrait:
    """A picture of Pillow's as :func:`read_still` gives those of files. ``name`` is what complaints
    call it. Raises UnreadableMediaError."""
    with _naming(name):
        pixels, alpha = _decoded(picture, name)
    return Portrait(pixels=pixels, alpha=alpha, name=name)


@contextmanager
def _naming(path: str | Path) -> Iterator[None]:
    """Whatever goes wrong, as UnreadableMediaError."""
    try:
        yield
    except UnreadableMediaError:
        raise
    except PillowImage.DecompressionBombError:
        raise UnreadableMediaError(path, _too_large("too many")) from None
    except MemoryError:
        raise UnreadableMediaError(path, "does not fit into memory") from None
    except Exception as error:  # damaged files make the decoders raise nearly anything
        raise UnreadableMediaError(path, f"is damaged or incomplete ({error})") from error


def _decoded(picture: PillowImage.Image, path: str | Path) -> tuple[Image, Mask | None]:
    _check_size(path, picture.size)
    picture.load()
    return _upright(picture)


def _check_size(path: str | Path, size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise UnreadableMediaError(path, "holds no pixels")
    if width * height > MAX_STILL_PIXELS or max(size) > MAX_STILL_SIDE:
        raise UnreadableMediaError(path, _too_large(f"{width} x {height}"))


def _too_large(what: str) -> str:
    limit = f"{MAX_STILL_PIXELS // 1_000_000} megapixels or {MAX_STILL_SIDE} pixels a side"
    return f"has {what} pixels, more than {limit}; make it smaller"


def _not_a_picture(file: Path) -> str:
    if sniff(file) == "video":
        return "is a video; give a picture"
    if is_heic(file):
        return "is a HEIC picture, which cannot be read; save it as JPEG or PNG"
    return f"is not a picture that can be read ({', '.join(STILL_FORMATS)})"


def _upright(picture: PillowImage.Image) -> tuple[Image, Mask | None]:
    # After load(): Pillow turns TIFF itself and then drops the tag.
    orientation = _orientation(picture)
    pixels, alpha = _colours(picture)
    if alpha is not None and alpha.min() == 255:
        alpha = None
    turned = _turn(pixels, orientation)
    return turned, None if alpha is None else _turn(alpha, orientation)


def _orientation(picture: PillowImage.Image) -> int:
    try:
        value = picture.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # a damaged EXIF block must not cost the picture
        return 1
    return value if isinstance(value, int) else 1


def _turn(array: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo an EXIF orientation (1..8; others count as 1)."""
    if orientation in (5, 6, 7, 8):
        array = np.swapaxes(array, 0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)


def _colours(picture: PillowImage.Image) -> tuple[Image, Mask | None]:
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = _to_eight_bits(np.asarray(picture))
        return np.repeat(grey[:, :, None], 3, axis=2), None
    alpha = None
    if picture.mode in _ALPHA_MODES or "transparency" in picture.info:
        profile = picture.info.get("icc_profile")
        grey_alpha = picture.mode in ("LA", "La")
        picture = picture.convert("RGBA")
        alpha = np.array(picture.getchannel("A"))
        picture = picture.convert("RGB")
        if grey_alpha:
            picture = picture.getchannel("R")
        picture.info["icc_profile"] = profile
    return np.array(_to_srgb(picture)), alpha


def _to_eight_bits(values: NDArray[Any]) -> Mask:
    """Deep greyscale to 0..255: 16 bit by its range, others by the range they seem to use."""
    if values.dtype == np.uint16:
        return np.asarray(np.round(values / np.float32(257)), dtype=np.uint8)
    deep = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    top = float(deep.max())
    white = next((w for w in (1.0, 255.0, 65535.0) if top <= w), top)
    if white == 1.0 and np.issubdtype(values.dtype, np.integer):
        white = 255.0
    return np.round(np.clip(deep / white, 0.0, 1.0) * 255).astype(np.uint8)


def _to_srgb(picture: PillowImage.Image) -> PillowImage.Image:
    """The picture as RGB, through its embedded colour profile where it has a usable one."""
    data = picture.info.get("icc_profile")
    if picture.mode in ("P", "1", "YCbCr", "HSV", "RGBX"):
        picture = picture.convert("RGB")
    if not data:
        return picture.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        if "sRGB" in ImageCms.getProfileDescription(profile) and picture.mode == "RGB":
            return picture
        converted = ImageCms.profileToProfile(
            picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return cast(PillowImage.Image, converted)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert("RGB")  # a profile of another colour space, or a damaged one
