"""A face where somebody said that one is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.engines.settings import Species
from mien.errors import NoFaceError, OptionError
from mien.face import find_face_in
from mien.face.boxed import Box
from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Face, Floats, Portrait


def on_canvas(box: Box, picture_size: tuple[int, int], canvas_size: tuple[int, int]) -> Box:
    """A box of a picture on the canvas to which that was fitted; sizes are (width, height)."""
    scale = min(canvas_size[0] / picture_size[0], canvas_size[1] / picture_size[1])
    left, top = (
        (there - round(here * scale)) // 2
        for here, there in zip(picture_size, canvas_size, strict=True)
    )
    x, y, width, height = (value * scale for value in box)
    return x + left, y + top, width, height


def face_in(portrait: Portrait, box: Box, species: Species, source: str | Path) -> Face:
    """The person's face in the box, or an animal's, of which no more than the box is known.

    Raises NoFaceError naming ``source`` if there is no person's face; OptionError for a box that
    lies beside the picture.
    """
    x, y, width, height = box
    picture_height, picture_width = portrait.pixels.shape[:2]
    beside = x >= picture_width or y >= picture_height or x + width <= 0 or y + height <= 0
    if beside:
        problem = f"lies beside the picture, which is {picture_width}x{picture_height}"
        raise OptionError("--box", problem)
    if species == "animals":
        return Face(_mean_face(box), 1.0, box)
    face = find_face_in(portrait.pixels, box)
    if face is None:
        problem = "no face was found in the --box; draw it around the face, from brow to chin"
        raise NoFaceError(source, problem)
    return face


def _mean_face(box: Box) -> Floats:
    """(478, 3) pixels: a mean face, frontal, that fills the box as well as it can."""
    x, y, width, height = box
    points = FACE_TEMPLATE.landmarks.astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = min(width / (high[0] - low[0]), height / (high[1] - low[1]))
    placed = (points - (low + high) / 2) * scale + [x + width / 2, y + height / 2, 0.0]
    return np.asarray(placed, np.float32)
