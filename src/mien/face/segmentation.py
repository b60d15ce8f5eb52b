"""Separates a person from the background."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.face.models import open_model
from mien.face.regions import sample
from mien.types import Image, Mask

_SIDE = 256


class Segmenter:
    """Separates persons from backgrounds in many pictures: it opens its network once."""

    def __init__(self) -> None:
        self._network = open_model("selfie_fp16")

    def segment(self, image: Image) -> Mask:
        """How much each pixel of an RGB picture belongs to a person: (height, width), 0..255."""
        height, width = image.shape[:2]
        stretch = np.array([[width / _SIDE, 0.0, 0.0], [0.0, height / _SIDE, 0.0]])
        pixels = sample(image, stretch, _SIDE, border="replicate")
        (person,) = self._network.run(None, {"image": pixels[None]})
        mask = cv2.resize(
            person.reshape(_SIDE, _SIDE), (width, height), interpolation=cv2.INTER_LINEAR
        )
        return cast(Mask, np.rint(np.clip(mask, 0, 1) * 255).astype(np.uint8))


def segment_portrait(image: Image) -> Mask:
    """As :meth:`Segmenter.segment`, for a single picture: opening the network takes longer (some
    50 ms) than using it."""
    return Segmenter().segment(image)
