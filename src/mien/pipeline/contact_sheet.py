"""A few frames of a result on one picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mien.face import Crop, cut
from mien.pipeline.canvas import fit
from mien.types import Frame, Image

COLUMNS, ROWS = 4, 3
TILE_PX = 256
GAP_PX = 4


class ContactSheet:
    """Keeps ``crop`` of evenly spaced frames of the ``num_frames`` it is shown, twelve at most."""

    def __init__(self, num_frames: int, crop: Crop) -> None:
        wanted = min(num_frames, COLUMNS * ROWS)
        self._wanted = set(np.linspace(0, num_frames - 1, wanted).round().astype(int).tolist())
        self._crop = crop
        self._tiles: list[Image] = []
        self._seen = 0

    def add(self, frame: Frame) -> None:
        """Look at the next frame."""
        if self._seen in self._wanted:
            self._tiles.append(fit(cut(frame.pixels[..., :3], self._crop), (TILE_PX, TILE_PX)))
        self._seen += 1

    def picture(self) -> Image:
        """The sheet: tiles in reading order on white."""
        step = TILE_PX + GAP_PX
        size = (ROWS * step + GAP_PX, COLUMNS * step + GAP_PX, 3)
        sheet = np.full(size, 255, np.uint8)
        for place, tile in enumerate(self._tiles):
            row, column = divmod(place, COLUMNS)
            top, left = GAP_PX + row * step, GAP_PX + column * step
            sheet[top : top + TILE_PX, left : left + TILE_PX] = tile
        return sheet

    def save(self, path: Path) -> None:
        """Write it as PNG, by rename, so that a half file is never seen."""
        partial = path.with_name(f".{path.name}.part")
        try:
            _, data = cv2.imencode(".png", cv2.cvtColor(self.picture(), cv2.COLOR_RGB2BGR))
            partial.write_bytes(data.tobytes())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
