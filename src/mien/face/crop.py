"""The part of a picture that is rendered: an upright box around a face, in whole pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmarks import LEFT_EYE, NUM_SKIN, RIGHT_EYE
from mien.types import Floats, Image, Mask

_SLACK_PLACE, _SLACK_SIZE = 0.08, 0.12
"""How far a crop that follows a film may be from where and how large it should be, in sides."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A box of a picture and the size at which it is worked on.

    box: x0, y0, x1, y1 in picture pixels, x1 and y1 excluded, inside the picture.
    size: width and height of the crop's own pixels; the box's own unless that is too large.
    """

    box: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def reduced(self) -> bool:
        """Whether it is worked on at a smaller size than it has in the picture."""
        return self.size[0] < self.box[2] - self.box[0]

    @property
    def to_picture(self) -> NDArray[np.float64]:
        """(2, 3) transform from crop pixels to picture pixels; a whole-pixel translation when
        the crop has the picture's own resolution."""
        x0, y0, x1, y1 = self.box
        x_scale, y_scale = (x1 - x0) / self.size[0], (y1 - y0) / self.size[1]
        return np.array(
            [
                [x_scale, 0.0, x0 + (x_scale - 1) / 2],
                [0.0, y_scale, y0 + (y_scale - 1) / 2],
            ]
        )

    @property
    def from_picture(self) -> NDArray[np.float64]:
        """(2, 3) transform from picture pixels to crop pixels."""
        return cast(NDArray[np.float64], cv2.invertAffineTransform(self.to_picture))


def crop_around(
    landmarks: Floats,
    picture_size: tuple[int, int],
    *,
    scale: float,
    shift: tuple[float, float] = (0.0, 0.0),
    max_side: int = 2048,
) -> Crop:
    """A square ``scale`` times as high as the face with these (478, 2 or 3) pixel landmarks, its
    middle ``shift`` times its side right of and below the face's.

    ``picture_size`` is (width, height). Near an edge the square moves inside the picture; where
    the picture is smaller than the square, the crop ends at the picture's edges. A crop with a
    side above ``max_side`` pixels is worked on at a reduced size.
    """
    points = landmarks[:NUM_SKIN, :2]
    side = max(1, round(scale * face_height(landmarks)))
    center = (points.min(axis=0) + points.max(axis=0)) / 2 + np.multiply(shift, side)
    x0, x1 = _inside(center[0], side, picture_size[0])
    y0, y1 = _inside(center[1], side, picture_size[1])
    reduction = min(1.0, max_side / max(x1 - x0, y1 - y0))
    return _reduced((x0, y0, x1, y1), reduction)


def follow_crop(previous: Crop, wanted: Crop, picture_size: tuple[int, int]) -> Crop:
    """The crop of the next picture of a film: ``previous``, moved and resized only as far as it
    must be to stay near ``wanted``, that picture's own. So it stands still while a face merely
    trembles, talks or nods, and glides when the face wanders off."""
    edges = [_follow(previous.box[i::2], wanted.box[i::2], picture_size[i]) for i in (0, 1)]
    (x0, x1), (y0, y1) = edges
    return _reduced((x0, y0, x1, y1), wanted.size[0] / (wanted.box[2] - wanted.box[0]))


def face_height(landmarks: Floats) -> float:
    """Pixels from the top of the forehead to the chin, along the face however it is tilted."""
    across = landmarks[LEFT_EYE[0], :2] - landmarks[RIGHT_EYE[0], :2]
    down = np.array([-across[1], across[0]]) / max(float(np.hypot(*across)), 1e-6)
    return float(np.ptp(landmarks[:NUM_SKIN, :2] @ down))


def cut(picture: Image, crop: Crop) -> Image:
    """The crop's own pixels, a copy: (height, width, channels) of ``crop.size``. Also cuts masks
    (height, width)."""
    x0, y0, x1, y1 = crop.box
    part = picture[y0:y1, x0:x1]
    if crop.size == (x1 - x0, y1 - y0):
        return part.copy()
    how = cv2.INTER_AREA if crop.reduced else cv2.INTER_CUBIC
    return cast(Image, cv2.resize(part, crop.size, interpolation=how))


def in_crop(landmarks: Floats, crop: Crop) -> Floats:
    """Landmarks (n, 3) of the picture in crop pixels, float64."""
    placed: Floats = landmarks.astype(np.float64)
    placed[:, :2] = placed[:, :2] @ crop.from_picture[:, :2].T + crop.from_picture[:, 2]
    placed[:, 2] *= crop.size[0] / (crop.box[2] - crop.box[0])
    return placed


def cut_placed(picture: Image, to_picture: NDArray[np.float64], size: tuple[int, int]) -> Image:
    """A crop that may be turned: (height, width, channels) of ``size`` (width, height), sampled
    linearly. ``to_picture``: (2, 3), from its pixels to the picture's, beyond which it is black."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cast(Image, cv2.warpAffine(picture, to_picture, size, flags=flags))


def feather(crop: Crop, picture_size: tuple[int, int], width: int) -> Mask:
    """(height, width) of the crop's pixels: 255 inside, falling smoothly to 0 over ``width``
    crop pixels at those edges that are not edges of the picture too."""
    x0, y0, x1, y1 = crop.box
    columns = _ramp(crop.size[0], width, x0 > 0, x1 < picture_size[0])
    rows = _ramp(crop.size[1], width, y0 > 0, y1 < picture_size[1])
    return cast(Mask, np.rint(255 * rows[:, None] * columns).astype(np.uint8))


def _reduced(box: tuple[int, int, int, int], reduction: float) -> Crop:
    """A crop that is worked on at this share of its size."""
    x0, y0, x1, y1 = box
    return Crop(box, (max(1, round((x1 - x0) * reduction)), max(1, round((y1 - y0) * reduction))))


def _follow(previous: tuple[int, ...], wanted: tuple[int, ...], limit: int) -> tuple[int, int]:
    """One axis of ``follow_crop``: start and end."""
    (start, end), (wanted_start, wanted_end) = previous, wanted
    goal, side = wanted_end - wanted_start, end - start
    side = round(min(max(side, goal * (1 - _SLACK_SIZE)), goal * (1 + _SLACK_SIZE)))
    slack = _SLACK_PLACE * goal
    middle, goal_middle = (start + end) / 2, (wanted_start + wanted_end) / 2
    middle = min(max(middle, goal_middle - slack), goal_middle + slack)
    side = min(side, limit)
    first = min(max(round(middle - side / 2), 0), limit - side)
    return first, first + side


def _inside(center: float, side: int, limit: int) -> tuple[int, int]:
    """A stretch of ``side`` pixels around ``center``, moved and if need be cut to 0..limit."""
    side = min(side, limit)
    start = int(np.clip(round(float(center) + 0.5 - side / 2), 0, limit - side))
    return start, start + side


def _ramp(length: int, width: int, at_start: bool, at_end: bool) -> Floats:
    place = np.arange(length, dtype=np.float32)
    start = place if at_start else np.inf
    end = place[::-1] if at_end else np.inf
    rise = np.clip(np.minimum(start, end) / max(width, 1), 0, 1) * np.ones(length)
    return cast(Floats, rise * rise * (3 - 2 * rise))
