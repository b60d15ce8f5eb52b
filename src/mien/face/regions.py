"""Rotated square regions of a picture, and the pixels inside them.

The networks were trained on crops whose first pixel lies on the region's corner itself, without
a half-pixel shift, bilinear and not antialiased; other rules cost accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmarks import LEFT_EYE, RIGHT_EYE
from mien.types import Floats, Image

_MARGIN = 1.5
"""Side of a region relative to the longer side of the box around the face."""
_BORDERS = {"black": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE}


@dataclass(frozen=True, slots=True)
class FaceRegion:
    """A square of ``side`` pixels around (x, y), turned by ``angle`` radians, clockwise on the
    screen, so that the face in it stands upright."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    def to_picture(self, size: int) -> NDArray[np.float64]:
        """(2, 3) transform from pixels of a ``size`` x ``size`` crop to pixels of the picture."""
        cos, sin = self.side * np.cos(self.angle), self.side * np.sin(self.angle)
        return np.array(
            [
                [cos / size, -sin / size, self.x - (cos - sin) / 2],
                [sin / size, cos / size, self.y - (sin + cos) / 2],
            ]
        )

    @property
    def box(self) -> Floats:
        """(4,) x0, y0, x1, y1 of the square before it is turned."""
        half = self.side / 2
        return np.array([self.x - half, self.y - half, self.x + half, self.y + half])


def region_of_box(box: Floats, right_eye: Floats, left_eye: Floats) -> FaceRegion:
    """The region of a face with this (4,) box, upright with respect to its (2,) eyes."""
    side = _MARGIN * max(box[2] - box[0], box[3] - box[1])
    across = left_eye - right_eye
    angle = np.arctan2(across[1], across[0])
    return FaceRegion(
        float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2, float(side), float(angle)
    )


def region_of_landmarks(landmarks: Floats) -> FaceRegion:
    """The region in which to look for the same face in the next picture."""
    points = landmarks[:, :2]
    return region_of_box(landmark_box(landmarks), points[RIGHT_EYE[0]], points[LEFT_EYE[0]])


def landmark_box(landmarks: Floats) -> Floats:
    """(4,) x0, y0, x1, y1 around landmarks (n, 2 or 3)."""
    x, y = landmarks[:, 0], landmarks[:, 1]
    return np.array([x.min(), y.min(), x.max(), y.max()])


def picture_region(image: Image) -> FaceRegion:
    """The whole picture, centred in a square."""
    height, width = image.shape[:2]
    return FaceRegion(width / 2, height / 2, float(max(width, height)))


def sample(
    image: Image, transform: NDArray[np.float64], size: int, border: Literal["black", "replicate"]
) -> Image:
    """``size`` x ``size`` pixels of an RGB picture; ``transform`` (2, 3) maps them to the picture.

    OpenCV warps four channels more than twice as fast as three, so the part that is needed goes
    through RGBA.
    """
    x0, y0, x1, y1 = _reach(transform, size, image.shape[1], image.shape[0])
    part = cv2.cvtColor(image[y0:y1, x0:x1], cv2.COLOR_RGB2RGBA)
    pixels = cv2.warpAffine(
        part,
        transform - [[0, 0, x0], [0, 0, y0]],
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=_BORDERS[border],
    )
    return cast(Image, cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB))


def _reach(
    transform: NDArray[np.float64], size: int, width: int, height: int
) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the pixels that a crop reads, at least one, inside the picture."""
    corners = transform @ [[0, size, 0, size], [0, 0, size, size], [1, 1, 1, 1]]
    (left, top), (right, bottom) = corners.min(axis=1), corners.max(axis=1)
    x0, y0 = min(max(int(left) - 1, 0), width - 1), min(max(int(top) - 1, 0), height - 1)
    return (
        x0,
        y0,
        max(min(int(right) + 2, width), x0 + 1),
        max(min(int(bottom) + 2, height), y0 + 1),
    )


def overlap(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of one (4,) box with each of (n, 4) boxes, 0..1."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    united = np.prod(box[2:] - box[:2]) + areas - shared
    return cast(Floats, shared / np.maximum(united, 1e-12))


def nested(box: Floats, boxes: Floats) -> Floats:
    """Intersection of one (4,) box with each of (n, 4) boxes, over the smaller of the two, 0..1:
    1 where one lies inside the other."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    smaller = np.minimum(np.prod(box[2:] - box[:2]), np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    return cast(Floats, shared / np.maximum(smaller, 1e-12))
