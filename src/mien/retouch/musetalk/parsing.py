"""Which part of a face each pixel shows."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from mien.retouch.musetalk.batches import Batches
from mien.types import Image, Mask
from mien.weights.neural import Module

SIDE = 512
"""Of what the network sees, pixels."""
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class Parser:
    """The parser of faces on a device, in float32: it looks once at each picture of a source."""

    def __init__(self, network: Module, device: str) -> None:
        self._network, self._device = network.to(device), torch.device(device)
        self._batches = Batches(1, self._device)

    def parse(self, picture: Image) -> Mask:
        """(H, W, 3) -> (SIDE, SIDE): the number of the class of each pixel."""
        shrinks = picture.shape[0] > SIDE or picture.shape[1] > SIDE
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = cv2.resize(picture, (SIDE, SIDE), interpolation=how)
        rows = (np.asarray(resized, np.float32) / 255 - _MEAN) / _SPREAD
        given = torch.from_numpy(rows).permute(2, 0, 1)[None]
        (classes,) = self._batches.run("parsing", 1, lambda _: self._classes(given))
        return classes

    def _classes(self, given: torch.Tensor) -> Mask:
        logits = self._network(given.to(self._device)).out
        classes: Mask = logits[0].argmax(0).to(torch.uint8).cpu().numpy()
        return classes
