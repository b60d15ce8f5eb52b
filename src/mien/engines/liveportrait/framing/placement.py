"""A crop that the networks see: where it lies in the picture, its pixels, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.liveportrait.framing.box import FaceBox
from mien.types import Image

CROP_SIDE = 512
"""Pixels of a crop that is rendered, from which the 256 of the networks' input are averaged."""
_LEAST_SCALE = 0.4
"""Crop pixels per picture pixel down to which pixels are sampled as LivePortrait does, without
averaging. It never shows its networks a picture of more than 1280 pixels, so 512 of a larger
crop are none of its cases."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A square crop of ``size`` pixels a side; it may reach beyond the picture.

    to_crop, to_picture: (2, 3) float64, from pixels of the picture to those of the crop, and
    back; the centre of the first pixel of either is (0, 0).
    """

    to_crop: NDArray[np.float64]
    to_picture: NDArray[np.float64]
    size: int

    def cut(self, picture: Image, side: int | None = None) -> Image:
        """The crop of a picture (h, w, channels) or a mask (h, w), black beyond its edges; made
        at ``size`` pixels, then averaged down to ``side`` if that is given."""
        crop = _warped(picture, self.to_crop, self.size)
        if side is None or side == self.size:
            return crop
        return cast(Image, cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA))


def place(box: FaceBox, size: int = CROP_SIDE, *, rotate: bool = True) -> Placement:
    """The crop that shows a square of the picture, upright in itself, or, without ``rotate``, as
    upright as the picture is.

    Its entries are rounded to single precision, as LivePortrait's `_estimate_similar_transform_
    from_pts` has them; so is its centre, which is ``size / 2``, half a pixel off the middle.
    """
    angle = box.angle if rotate else 0.0
    zoom = size / box.side
    cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    to_crop = _single(np.column_stack([turn, size / 2 - turn @ box.center]))
    return Placement(to_crop, _single(_inverse(to_crop)), size)


def _single(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return matrix.astype(np.float32).astype(np.float64)


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return cast(NDArray[np.float64], cv2.invertAffineTransform(matrix))


def _warped(picture: Image, to_crop: NDArray[np.float64], size: int) -> Image:
    scale = math.hypot(to_crop[0, 0], to_crop[1, 0])
    if scale < _LEAST_SCALE:
        picture, to_crop = _shrunk(picture, to_crop, scale)
    warped = cv2.warpAffine(picture, to_crop, (size, size), flags=cv2.INTER_LINEAR)
    return cast(Image, warped)


def _shrunk(
    picture: Image, to_crop: NDArray[np.float64], scale: float
) -> tuple[Image, NDArray[np.float64]]:
    """The picture averaged down to the scale of the crop, and the transform from there."""
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cast(Image, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    factor = np.array([width / size[0], height / size[1]])
    enlarge = np.vstack([np.column_stack([np.diag(factor), (factor - 1) / 2]), [0, 0, 1]])
    return small, to_crop @ enlarge
