"""The face in a box that somebody drew: for faces that no detector finds."""

from __future__ import annotations

import math
from itertools import product
from typing import TypeAlias

import numpy as np

from mien.checks import shown
from mien.errors import OptionError
from mien.face.mesh import MeshNetwork
from mien.face.regions import FaceRegion, region_of_landmarks
from mien.types import Face, Image

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height in pixels of a picture."""

_FARTHEST = 65_536
"""Pixels: no picture is larger."""
_PRESENT = 0.5
"""Presence score above which a region holds a face."""
_MARGINS = (0.7, 1.0, 1.5, 2.2)
"""Sides of the regions to start from, in sides of the box: it may be drawn around head and
shoulders, a head, a face, or eyes and mouth."""
_ANGLES = tuple(range(-180, 180, 30))
"""Degrees, clockwise on the screen."""
_SETTLING_PASSES = 3
_SAME = 0.08
"""Mean distance of the landmarks of two findings of one face, in its sides."""


def find_face_in(image: Image, box: Box) -> Face | None:
    """The face in a box of an RGB picture, whatever its tilt, or None: the landmark network looks
    there without a detector, so that painted, hidden or tiny faces are found as well.

    The middle of the face lies in the box, of which it is no small part. Raises OptionError for
    a box without extent.

    The network sees an upright face in almost anything, even in one that lies on its side, so it
    starts from many regions, and what most of them lead to is the face.
    """
    x, y, width, height = check_box(box)
    network = MeshNetwork()
    found: list[Face] = []
    for angle, margin in product(_ANGLES, _MARGINS):
        side = margin * max(width, height)
        start = FaceRegion(x + width / 2, y + height / 2, side, math.radians(angle))
        face = _settle(network, image, start)
        if face is not None and _belongs(face, box):
            found.append(face)
    return _most_agreed(found) if found else None


def check_box(box: Box) -> Box:
    """The box as it is. Raises OptionError unless it has four numbers that can be places in a
    picture, and an extent."""
    if not (
        isinstance(box, tuple | list)
        and len(box) == 4
        and all(isinstance(value, int | float) and abs(value) <= _FARTHEST for value in box)
        and min(box[2:]) > 0
    ):
        problem = "is not left, top, width and height of a face in pixels, as in 120,80,200,260"
        raise OptionError("--box", f"{shown(box)} {problem}")
    return box


def _settle(network: MeshNetwork, image: Image, region: FaceRegion) -> Face | None:
    """The face in a region: its landmarks correct the region until they can be trusted."""
    face = network.locate(image, region)
    for _ in range(_SETTLING_PASSES):
        if face.score <= _PRESENT:
            return None
        face = network.locate(image, region_of_landmarks(face.landmarks))
    return face if face.score > _PRESENT else None


def _belongs(face: Face, box: Box) -> bool:
    """Whether a face is the one that the box was drawn around."""
    x, y, width, height = box
    low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    beside = np.abs((low + high) / 2 - (x + width / 2, y + height / 2))
    return bool(
        (beside * 2 <= (width, height)).all() and (high - low).max() > max(width, height) / 4
    )


def _most_agreed(found: list[Face]) -> Face:
    """The one in the middle of the largest group of findings that are one face."""
    points = np.array([face.landmarks[:, :2] for face in found])
    sides = np.ptp(points, axis=1).max(axis=1)
    apart = np.array([np.hypot(*np.moveaxis(points - one, -1, 0)).mean(axis=1) for one in points])
    agreement = np.maximum(1 - apart / (_SAME * sides[:, None]), 0).sum(axis=1)
    return found[int(agreement.argmax())]
