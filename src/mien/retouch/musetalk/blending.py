"""Cuts faces out for MuseTalk and puts what it paints back, softly, touching nothing else."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.face import paste
from mien.retouch.musetalk.boxes import FaceBox
from mien.types import Floats, Frame, Image, Mask, Rendered

MOST_SHIFT = 12.0
"""Levels by which the colours of what is painted are brought to the picture's, at most: beyond
that it is no tint that differs."""
_SEAM = 5, 250
"""Levels of a mask between which both pictures show."""


def cut_face(picture: Image, box: FaceBox, side: int) -> Image:
    """(side, side, 3) of an RGB or RGBA picture."""
    face = np.ascontiguousarray(picture[box.top : box.bottom, box.left : box.right, :3])
    return _resized(face, (side, side))


def cut_square(picture: Image, box: FaceBox) -> Image:
    """(n, n, 3): the square around the box; black beyond the picture."""
    x0, y0, x1, y1 = box.around
    height, width = picture.shape[:2]
    square = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    square[top - y0 : bottom - y0, left - x0 : right - x0] = picture[top:bottom, left:right, :3]
    return square


def put_back(
    frame: Frame, crop: Image, box: FaceBox, mask: Mask, shift: Floats, weight: float
) -> Frame:
    """The frame with a painted crop in its box, where ``mask`` (height, width) of it is above 0:
    all other pixels stay as they are, and so does transparency.

    shift: (3,) levels that are added to the crop's colours. weight: of the whole, 0..1.
    """
    painted = _resized(crop, (box.width, box.height))
    if np.abs(shift).max() >= 0.5:
        painted = np.clip(painted + np.rint(shift), 0, 255).astype(np.uint8)
    alpha = mask if weight >= 1.0 else np.rint(mask * np.float32(weight)).astype(np.uint8)
    place = np.array([[1.0, 0.0, box.left], [0.0, 1.0, box.top]])
    pixels = paste(frame.pixels, Rendered(painted, alpha, place, frame.pts, frame.time_base))
    return Frame(pixels, frame.pts, frame.time_base)


def seam_shift(frame: Frame, crop: Image, box: FaceBox, mask: Mask) -> Floats:
    """(3,) levels to add to a painted crop so that along the seam it has the picture's colours:
    the median, so that a chin that moved counts for nothing."""
    low, high = _SEAM
    rows, columns = np.nonzero((mask > low) & (mask < high))
    if len(rows) == 0:
        return np.zeros(3)
    side = crop.shape[0]
    there = crop[rows * side // box.height, columns * side // box.width].astype(np.int16)
    here = frame.pixels[box.top + rows, box.left + columns, :3]
    shift: Floats = np.median(here - there, axis=0)
    return np.clip(shift, -MOST_SHIFT, MOST_SHIFT)


def _resized(picture: Image, size: tuple[int, int]) -> Image:
    return cast(Image, cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4))
