"""JPEGs of a camera, one after the other: from bytes, bounded, and no larger than needed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from mien.errors import UnreadableMediaError
from mien.types import Image

MOST_SIDE = 2048
_ENOUGH = (640, 640)
"""A JPEG is decoded at an eighth, a quarter or a half if it stays larger than that."""


def read_camera_jpeg(data: bytes, *, name: str = "the camera") -> Image:
    """RGB. Raises UnreadableMediaError for what is no JPEG, damaged, or of more than ``MOST_SIDE``
    pixels a side."""
    try:
        with PillowImage.open(io.BytesIO(data), formats=("JPEG",)) as opened:
            if max(opened.size) <= MOST_SIDE:
                opened.draft("RGB", _ENOUGH)
                return np.asarray(opened.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise UnreadableMediaError(name, "sends what is no whole JPEG") from None
    raise UnreadableMediaError(name, f"sends more than {MOST_SIDE} pixels a side; make it smaller")
