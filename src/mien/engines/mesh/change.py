"""Where a crop differs from the portrait.

A crop that is worked on at a reduced size is less sharp than its picture: where nothing changed,
the picture itself is the better one.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.types import Image, Mask

_REDUCTION = 4
_HOLES = 15
_MARGIN = 5
"""Gaps of what changed that are closed, and what is added around it, in pixels of a quarter."""


def weight_of_change(pixels: Image, resting: Image, feather: Mask) -> Mask:
    """The feather (h, w) where a crop (h, w, 3) changed and a little around it, 0 elsewhere.

    resting: the crop of the portrait as it is.
    """
    changed = cv2.inRange(cv2.absdiff(pixels, resting), (0, 0, 0), (0, 0, 0)) == 0
    height, width = changed.shape
    size = -(-width // _REDUCTION), -(-height // _REDUCTION)
    small = cv2.resize(changed.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    filled = cv2.morphologyEx(
        small.astype(np.uint8) * 255, cv2.MORPH_CLOSE, _disc(_HOLES), borderValue=0
    )
    grown = cv2.dilate(filled, _disc(2 * _MARGIN + 1))
    soft = cv2.resize(cv2.blur(grown, (_MARGIN, _MARGIN)), (width, height))
    return cast(Mask, cv2.multiply(feather, soft, scale=1 / 255))


def _disc(side: int) -> Mask:
    return cast(Mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
