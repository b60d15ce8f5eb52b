"""How much of a rendered crop is seen when it is pasted."""

from __future__ import annotations

from functools import cache

import numpy as np

from mien.engines.liveportrait.framing.placement import CROP_SIDE
from mien.types import Mask

_MARGIN = 16


@cache
def paste_mask() -> Mask:
    """(512, 512), read-only: 255 inside, falling to 0 over 16 pixels, round at the corners; the
    very mask that LivePortrait comes with.

    It is not symmetric: the first row and column hold 0, the last ones up to 15.
    """
    place = np.arange(CROP_SIDE)
    beyond = np.maximum(np.maximum(_MARGIN - place, place - (CROP_SIDE - _MARGIN)), 0)
    distance = np.hypot(beyond[:, None], beyond)
    mask = np.floor(255 * np.clip(1 - distance / _MARGIN, 0, 1)).astype(np.uint8)
    mask.setflags(write=False)
    return mask
