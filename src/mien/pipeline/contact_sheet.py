"""A few frames of a result on one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from mien.face import Crop, cut
from mien.pipeline.portraits.canvas import fit
from mien.types import Frame, Image

FACE_SCALE, CLOSE_UP_SCALE = 2.2, 1.6
"""Side of a tile in face heights: where heads move, and where faces are compared."""
TILE_PX = 256
GAP_PX = 4
COLUMNS, ROWS = 4, 3
"""Of a film's sheet."""
LABELLED_COLUMNS = 5
LABEL_PX, FONT_PX = 30, 18
_INK = (60, 60, 60)


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
        return _laid_out(self._tiles, columns=COLUMNS, rows=ROWS)

    def save(self, path: Path) -> None:
        """Write it as PNG, by rename, so that a half file is never seen."""
        partial = path.with_name(f".{path.name}.part")
        try:
            _, data = cv2.imencode(".png", cv2.cvtColor(self.picture(), cv2.COLOR_RGB2BGR))
            partial.write_bytes(data.tobytes())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def labelled_sheet(pictures: Mapping[str, Image]) -> Image:
    """RGB pictures in reading order on white, each with its name below it, five in a row."""
    tiles = [
        np.vstack([fit(picture, (TILE_PX, TILE_PX)), _label(name)])
        for name, picture in pictures.items()
    ]
    columns = min(len(tiles), LABELLED_COLUMNS)
    return _laid_out(tiles, columns=columns, rows=-(-len(tiles) // columns))


def _laid_out(tiles: Sequence[Image], *, columns: int, rows: int) -> Image:
    """Tiles of one size in a grid on white; empty places stay white."""
    height, width = tiles[0].shape[:2]
    down, right = height + GAP_PX, width + GAP_PX
    sheet = np.full((rows * down + GAP_PX, columns * right + GAP_PX, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        top, left = GAP_PX + row * down, GAP_PX + column * right
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _label(text: str) -> Image:
    """The text in the middle of a strip as wide as a tile, smaller where it must be."""
    strip = np.full((LABEL_PX, TILE_PX, 3), 255, np.uint8)
    font, size = cv2.FontFace("sans"), FONT_PX
    while (width := _width(text, font, size)) > TILE_PX and size > 1:
        size -= 1
    start = (max(0, (TILE_PX - width) // 2), LABEL_PX - (LABEL_PX - FONT_PX) // 2 - 2)
    cv2.putText(strip, text, start, _INK, font, size)
    return strip


def _width(text: str, font: cv2.FontFace, size: int) -> int:
    return int(cv2.getTextSize((1 << 15, LABEL_PX), text, (0, 0), font, size)[2])
