"""Separates a person from the background."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.face.models import open_model
from mien.face.regions import sample
from mien.types import Image, Mask

_SIDE = 256


def segment_portrait(image: Image) -> Mask:
    """How much each pixel of an RGB picture belongs to a person: (height, width), 0..255.

    For stills: it loads its network on each call (some 50 ms), so call it once per source.
    """
    height, width = image.shape[:2]
    stretch = np.array([[width / _SIDE, 0.0, 0.0], [0.0, height / _SIDE, 0.0]])
    pixels = sample(image, stretch, _SIDE, border="replicate")
    (person,) = open_model("selfie_fp16").run(None, {"image": pixels[None]})
    mask = cv2.resize(person.reshape(_SIDE, _SIDE), (width, height), interpolation=cv2.INTER_LINEAR)
    return cast(Mask, np.rint(np.clip(mask, 0, 1) * 255).astype(np.uint8))
