"""The crops of sources, drivers, and faces that only a box is known of."""

from __future__ import annotations

import numpy as np

from mien.engines.liveportrait.framing.box import FaceBox, face_box
from mien.engines.liveportrait.framing.placement import CROP_SIDE, Placement, place
from mien.face.boxed import Box, check_box
from mien.types import Floats

SOURCE_SCALE, SOURCE_Y = 2.3, -0.125
DRIVER_SCALE, DRIVER_Y = 2.2, -0.1
"""LivePortrait's defaults: side of a crop in extents of the face, and how far it lies below the
middle of the face, in sides."""


def frame_source(
    landmarks: Floats,
    size: int = CROP_SIDE,
    *,
    scale: float = SOURCE_SCALE,
    x: float = 0.0,
    y: float = SOURCE_Y,
    rotate: bool = True,
) -> Placement:
    """The crop of ``size`` pixels around a portrait's face.

    landmarks: (478, 2 or 3) picture pixels, or any other set of :func:`layouts.layout_of`.
    scale: side in extents of the face. x, y: how far the crop lies from the middle of the face,
    in sides, to the face's right and down as it stands in the picture. rotate: turn the face
    upright.
    """
    return place(face_box(landmarks, scale=scale, x=x, y=y), size, rotate=rotate)


def frame_driver(
    landmarks: Floats,
    size: int = CROP_SIDE,
    *,
    scale: float = DRIVER_SCALE,
    x: float = 0.0,
    y: float = DRIVER_Y,
) -> Placement:
    """The one crop of ``size`` pixels for a whole driving clip: never turned, and as large and
    where the boxes around its faces are on average.

    landmarks: (n, 2 or 3) picture pixels of a single frame, or (frames, n, 2 or 3).
    """
    clip = np.asarray(landmarks, np.float32)
    clip = clip[None] if clip.ndim == 2 else clip
    corners = np.array([face_box(face, scale=scale, x=x, y=y).upright for face in clip]).mean(
        axis=0
    )
    (left, top), (right, bottom) = corners[0], corners[2]
    center = np.array([(left + right) / 2, (top + bottom) / 2])
    return place(FaceBox(center, float(right - left), 0.0), size)


def frame_box(
    box: Box,
    size: int = CROP_SIDE,
    *,
    scale: float = SOURCE_SCALE,
    x: float = 0.0,
    y: float = SOURCE_Y,
) -> Placement:
    """The crop around a face whose landmarks nobody can find, an animal's, never turned.

    box: left, top, width and height in picture pixels of what LivePortrait's nine points of an
    animal's face span: from the outer corner of one eye to that of the other, and down to the
    lower lip. Raises OptionError for a box without extent.
    """
    left, top, width, height = check_box(box)
    side = max(width, height) * scale
    center = np.array([left + width / 2 + x * side, top + height / 2 + y * side])
    return place(FaceBox(center, side, 0.0), size)
