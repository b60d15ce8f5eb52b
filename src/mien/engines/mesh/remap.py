"""Sampling pictures at places: OpenCV's remap with types."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Floats

S = TypeVar("S", np.uint8, np.float32)


def remap(
    image: NDArray[S],
    x: Floats,
    y: Floats,
    *,
    border: int = cv2.BORDER_REPLICATE,
    interpolation: int = cv2.INTER_LINEAR,
) -> NDArray[S]:
    """Values of an image (h, w[, c]) at places x, y of any one shape (rows, columns).

    border, interpolation: OpenCV's; bilinear if nothing else is asked for. Four channels are
    sampled twice as fast as three.
    """
    place_x, place_y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    sampled: Any = cv2.remap(image, place_x, place_y, interpolation, borderMode=border)
    return cast("NDArray[S]", sampled)


def remap_points(image: NDArray[S], points: Floats) -> NDArray[S]:
    """Bilinear values of an image (h, w[, c]) at points (n, 2): (n[, c])."""
    return cast("NDArray[S]", remap(image, points[None, :, 0], points[None, :, 1])[0])
