"""Pixels that lie scattered over a picture, as rows of their own: where few of them count, the
others need not be touched. NumPy takes long over rows of three numbers; here it sees none."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.types import Image

S = TypeVar("S", np.uint8, np.float64)


def put_pixels(picture: Image, pixels: NDArray[np.intp], colours: Image) -> None:
    """Set pixels of a picture (h, w, 3), contiguous, in place, by their flat numbers (n,) to
    colours (n, 3)."""
    whole = np.dtype((np.void, 3))
    np.put(picture.view(whole), pixels, np.ascontiguousarray(colours).view(whole))


def for_each_channel(values: NDArray[S]) -> NDArray[S]:
    """(n,) three times over, (n, 3)."""
    tripled = np.empty((len(values), 3), values.dtype)
    for channel in range(3):
        tripled[:, channel] = values
    return tripled
