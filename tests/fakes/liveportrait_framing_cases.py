"""What LivePortrait's golden cases of crops and pasting are made of."""

from __future__ import annotations

import re

import numpy as np

from mien.engines.liveportrait.framing import paste_mask
from mien.types import Floats, Image, Mask


def squares(recipe: str) -> Image:
    """The picture that `synth_img(seed,height,width)` stands for: coloured squares of 16 pixels."""
    found = re.search(r"synth_img\((\d+),(\d+),(\d+)\)", recipe)
    assert found, recipe
    seed, height, width = map(int, found.groups())
    rng = np.random.Generator(np.random.PCG64(seed))
    tiles = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3))
    return np.kron(tiles, np.ones((16, 16, 1)))[:height, :width].astype(np.uint8)


def moved(points: Floats, transform: Floats) -> Floats:
    return points @ transform[:, :2].T + transform[:, 2]


def mask_of(name: str) -> Mask:
    """The two masks that the index speaks of."""
    if name == "templatemask":
        return paste_mask()
    y, x = np.mgrid[:512, :512]
    return (255 * np.clip(1.5 - np.hypot(x - 255.5, y - 255.5) / 200, 0, 1)).astype(np.uint8)
