"""Pictures in 256 colours, for GIF."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.types import Image, Mask

TRANSPARENT = 255
"""Index that is kept for transparent pixels."""
_BITS = 5  # per channel of the lookup table; 6 look the same and take .4 s to make
_SHIFT = 8 - _BITS
_DITHER_LEVELS = 12.0  # peak to peak; about the distance between neighbouring colours
_SAMPLES = 65_536
_UNIFORM = 4  # levels per channel of the colours that are always there


class Palette:
    """255 colours: what the given pictures need, and 64 all over for what comes later.

    Being the same for all frames, a pixel that does not change keeps its index, which makes
    small files without shimmer.
    """

    def __init__(self, pictures: Sequence[Image]) -> None:
        self.colours = _colours(pictures)
        self._table = _nearest_table(self.colours)
        self._pattern = _bayer(8)

    def indices(self, pixels: Image) -> Mask:
        """(h, w) indices of RGB or RGBA pixels, ordered dither; TRANSPARENT below alpha 128."""
        height, width = pixels.shape[:2]
        rows, columns = -(-height // 8), -(-width // 8)
        pattern = np.tile(self._pattern, (rows, columns))[:height, :width, None]
        dithered = np.clip(pixels[..., :3] + pattern, 0, 255).astype(np.int32) >> _SHIFT
        code = (dithered[..., 0] << 2 * _BITS) | (dithered[..., 1] << _BITS) | dithered[..., 2]
        indices: Mask = self._table[code]
        if pixels.shape[2] == 4:
            indices[pixels[..., 3] < 128] = TRANSPARENT
        return indices


def _colours(pictures: Sequence[Image]) -> NDArray[np.uint8]:
    """(256, 3); the last one stands for transparent."""
    share = max(1, _SAMPLES // len(pictures))
    samples = [p.reshape(-1, p.shape[2])[:: max(1, p[..., 0].size // share), :3] for p in pictures]
    mosaic = PillowImage.fromarray(np.concatenate(samples)[None])
    number = 255 - _UNIFORM**3
    chosen = mosaic.quantize(number, method=PillowImage.Quantize.MEDIANCUT).getpalette() or []
    adaptive = np.array(chosen[: 3 * number], np.uint8).reshape(-1, 3)
    levels = np.linspace(0, 255, _UNIFORM).round().astype(np.uint8)
    uniform = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    colours = np.zeros((256, 3), np.uint8)
    both = np.concatenate([uniform, adaptive])
    colours[: len(both)] = both
    return colours


def _nearest_table(colours: NDArray[np.uint8]) -> Mask:
    """Index of the nearest colour for every (r, g, b) of _BITS bits."""
    steps = np.arange(1 << _BITS, dtype=np.float32) * (1 << _SHIFT) + ((1 << _SHIFT) - 1) / 2
    green, blue = np.meshgrid(steps, steps, indexing="ij")
    known = colours[:TRANSPARENT].astype(np.float32)
    table = np.empty((len(steps), green.size), np.uint8)
    for number, red in enumerate(steps):
        wanted = np.stack([np.full(green.size, red), green.ravel(), blue.ravel()], axis=1)
        # |a - b|^2 without |a|^2, which is the same for all candidates
        distance = (known**2).sum(axis=1) - 2 * wanted @ known.T
        table[number] = distance.argmin(axis=1)
    return table.reshape(-1)


def _bayer(size: int) -> NDArray[np.int16]:
    """Ordered dither: a (size, size) pattern around zero."""
    pattern = np.zeros((1, 1))
    while len(pattern) < size:
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    centred = (pattern + 0.5) / pattern.size - 0.5
    return np.round(centred * _DITHER_LEVELS).astype(np.int16)
