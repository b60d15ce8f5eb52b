"""A face, or a head with its shoulders, cut out of a picture."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np

from mien.checks import check_choice, check_number, check_whole, shown
from mien.errors import OptionError
from mien.face.aligned import FACE_SCALE, Transform, align_face, corners, frame_upper_body
from mien.media import PictureFile, read_still
from mien.pipeline.options import MAX_SIDE, MIN_SIDE
from mien.pipeline.portraits.canvas import flatten
from mien.pipeline.portraits.upper_body import cut, landmarks_of
from mien.pipeline.target import result_path
from mien.types import Floats

CropKind = Literal["upper-body", "face"]
CROP_KINDS: tuple[CropKind, ...] = get_args(CropKind)
Pair: TypeAlias = tuple[float, float]
_SCALES = (1.0, 10.0)


@dataclass(frozen=True, slots=True)
class CropReport:
    """What was cut.

    matrix: (2, 3) rows, from the picture's pixels to the crop's; (0, 0) is the centre of the
    first pixel of both. box: the crop's corners in picture pixels, clockwise from its top left;
    they may lie outside. size: width and height of the crop. faces_found: in the picture.
    """

    output: str
    kind: CropKind
    size: tuple[int, int]
    matrix: tuple[tuple[float, float, float], ...]
    box: tuple[Pair, ...]
    faces_found: int

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


def crop(
    source: str | Path,
    *,
    kind: CropKind = "upper-body",
    output: str | Path | None = None,
    size: int = 512,
    scale: float | None = None,
    face: int = 1,
    force: bool = False,
) -> CropReport:
    """Cut a square of ``size`` pixels out of a picture.

    ``upper-body``: head and shoulders, upright, the face in the middle from left to right; what
    avatar programs start from. ``face``: the aligned face, as LivePortrait crops it. ``scale``:
    side of the crop in heights of the face; if None 2.3 for ``face``, and 3.4 for ``upper-body``,
    down to 2.6 where the picture holds no more. What lies beyond the picture is
    transparent if the picture has transparency and the output keeps it, else its border, blurred.

    Raises an InputError for bad input, before any file is written.
    """
    _check(kind, size, scale, face)
    now = datetime.now()
    with result_path(output, "crop", now, inputs=(source,), extension=".png") as path:
        file = PictureFile(path, force=force)
        portrait = read_still(source)
        if not file.alpha:
            portrait = flatten(portrait)
        landmarks, faces_found = landmarks_of(portrait, source, face)
        picture_size = portrait.pixels.shape[1::-1]
        transform = _transform(kind, landmarks, picture_size, size, scale)
        shown = cut(portrait, transform, size)
        file.write(shown.pixels if shown.alpha is None else np.dstack([shown.pixels, shown.alpha]))
    a, b = ((row[0], row[1], row[2]) for row in transform.tolist())
    box = tuple((float(x), float(y)) for x, y in corners(transform, size))
    return CropReport(str(Path(path)), kind, (size, size), (a, b), box, faces_found)


def _check(kind: str, size: int, scale: float | None, face: int) -> None:
    check_choice("--kind", kind, CROP_KINDS)
    if not (isinstance(size, int) and MIN_SIDE <= size <= MAX_SIDE):
        raise OptionError("--size", f"{shown(size)} is not between {MIN_SIDE} and {MAX_SIDE}")
    if scale is not None:
        check_number("--scale", scale, *_SCALES)
    check_whole("--face", face, least=1)


def _transform(
    kind: CropKind,
    landmarks: Floats,
    picture_size: tuple[int, int],
    size: int,
    scale: float | None,
) -> Transform:
    if kind == "upper-body":
        return frame_upper_body(landmarks, picture_size, size, scale=scale)
    return align_face(landmarks, size, scale=FACE_SCALE if scale is None else scale)
