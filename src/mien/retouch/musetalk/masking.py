"""Makes the masks of faces, by whatever can be known of them."""

from __future__ import annotations

from mien.errors import OptionError
from mien.retouch.base import LipPainter
from mien.retouch.musetalk.blending import cut_square
from mien.retouch.musetalk.boxes import FaceBox
from mien.retouch.musetalk.masks import (
    PARSED,
    MaskMode,
    ellipse_mask,
    outline_mask,
    parsed_mask,
    shows_face,
)
from mien.types import Floats, Image, Mask


class MaskMaker:
    """Masks of one mode."""

    def __init__(self, painter: LipPainter, mode: MaskMode) -> None:
        self._painter, self._mode = painter, mode
        self._parses = True  # as far as is known

    def make(self, picture: Image, box: FaceBox, landmarks: Floats) -> Mask:
        """(height, width) of the box, 0..255. picture: RGB or RGBA. Raises OptionError for a mode
        that needs faces to be parsed where they cannot be."""
        mode, size = self._mode, (picture.shape[1], picture.shape[0])
        if mode == "ellipse":
            return ellipse_mask(box, landmarks, size)
        if mode != "outline":
            classes = self._parsed(picture, box)
            if classes is None and mode in PARSED:
                problem = "needs weights that parse faces, which are not here; use outline"
                raise OptionError("--mask", f"{mode} {problem}")
            if classes is not None and (mode != "auto" or shows_face(classes)):
                return parsed_mask(box, classes, "jaw" if mode == "auto" else mode, size)
        return outline_mask(box, landmarks, size)

    def _parsed(self, picture: Image, box: FaceBox) -> Image | None:
        classes = self._painter.parse(cut_square(picture, box)) if self._parses else None
        self._parses = classes is not None
        return classes
