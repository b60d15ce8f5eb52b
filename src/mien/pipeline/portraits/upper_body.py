"""Head and shoulders, cut out of a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mien.face import find_faces
from mien.face.aligned import Transform, frame_upper_body
from mien.face.cutout import cut_out, cut_out_alpha
from mien.pipeline.portraits.canvas import LONGEST_SIDE, canvas
from mien.pipeline.portraits.choosing import choose_faces
from mien.types import Face, Floats, Image, Portrait

FindFaces: TypeAlias = Callable[[Image], Sequence[Face]]
_LEAST_SIDE = 64


def upper_body(
    portrait: Portrait, source: str | Path, face: int, finder: FindFaces = find_faces
) -> Portrait:
    """The square around head and shoulders of a face, in the picture's own pixels as far as it has
    no more of them than can be worked on, else as many.

    Raises NoFaceError, which names ``source``.
    """
    landmarks, _ = landmarks_of(portrait, source, face, finder)
    height, width = portrait.pixels.shape[:2]
    side = 1.0 / frame_upper_body(landmarks, (width, height), 1)[0, 0]
    size = int(np.clip(round(side / 2) * 2, _LEAST_SIDE, LONGEST_SIDE))
    return cut(portrait, frame_upper_body(landmarks, (width, height), size), size)


def cut(portrait: Portrait, transform: Transform, size: int) -> Portrait:
    """The square of ``size`` pixels that ``transform`` makes of a picture."""
    alpha = portrait.alpha
    return Portrait(
        cut_out(portrait.pixels, transform, size),
        None if alpha is None else cut_out_alpha(alpha, transform, size),
        portrait.name,
    )


def landmarks_of(
    portrait: Portrait, source: str | Path, face: int, finder: FindFaces = find_faces
) -> tuple[Floats, int]:
    """Of the chosen face, in the picture's pixels, and how many faces there are."""
    small = canvas(portrait, None, keep_alpha=False)
    faces = finder(small.pixels)
    (chosen,) = choose_faces(faces, face, source)
    zoom = portrait.pixels.shape[1] / small.pixels.shape[1]
    points = np.asarray(chosen.landmarks, np.float64) * zoom
    points[:, :2] += (zoom - 1) / 2
    return points, len(faces)
