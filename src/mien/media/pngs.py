"""A folder of numbered PNG files."""

from __future__ import annotations

from pathlib import Path

import cv2

from mien.media.encoder import Format, channels_for
from mien.types import Image

# Level 1 is three times as fast as the default and 10 % larger.
_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


class PngEncoder:
    """000000.png, 000001.png and so on, lossless, with transparency if wanted."""

    def __init__(self, path: Path, form: Format) -> None:
        self._folder = path
        self._alpha = form.alpha
        self._number = 0

    def write(self, pixels: Image) -> None:
        order = cv2.COLOR_RGBA2BGRA if self._alpha else cv2.COLOR_RGB2BGR
        picture = cv2.cvtColor(channels_for(pixels, self._alpha), order)
        _, data = cv2.imencode(".png", picture, _OPTIONS)
        (self._folder / f"{self._number:06d}.png").write_bytes(data.tobytes())
        self._number += 1

    def finish(self) -> None:
        """Every file is complete already."""

    def close(self) -> None:
        """No file is open."""
