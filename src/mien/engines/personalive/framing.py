"""The squares that PersonaLive sees and draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mien.face import Crop, crop_around, face_height
from mien.types import Floats, Framing

CROP_SCALE, CROP_Y = 3.0, 0.08
"""Side of the square in heights of the face, and how far it lies below the face's middle, in
sides: head and shoulders, as in the films that its networks were taught with."""
_EDGE_SHARE = 0.04
"""Width of the soft edge, as a share of the side: what is drawn anew is never quite the picture."""


@dataclass(frozen=True, slots=True)
class Square:
    """How a square lies around a face. scale: its side in heights of the face. x, y: how far its
    middle lies to the right of the face's and below it, in sides."""

    scale: float = CROP_SCALE
    x: float = 0.0
    y: float = CROP_Y

    @classmethod
    def asked(cls, framing: Framing) -> Square:
        """As a framing says, and where it says nothing, as usual."""
        return cls(*framing.usual(CROP_SCALE, CROP_Y))

    def around(self, landmarks: Floats, picture_size: tuple[int, int], side: int) -> Crop:
        """The square around a face with these (478, 2 or 3) pixel landmarks, worked on with
        ``side`` pixels. picture_size: width and height of the picture, in which it lies: near an
        edge it is moved, and it is no larger than the picture is wide and high."""
        most = min(picture_size) / max(face_height(landmarks), 1.0)
        crop = crop_around(
            landmarks, picture_size, scale=min(self.scale, most), shift=(self.x, self.y)
        )
        return replace(crop, size=(side, side))

    def within(self, landmarks: Floats, crop: Crop) -> Square:
        """The same way to lie, of the size that a crop has around its face."""
        left, _, right, _ = crop.box
        return replace(self, scale=(right - left) / max(face_height(landmarks), 1.0))


def edge_of(side: int) -> int:
    """Width of the soft edge of a square with so many pixels a side."""
    return max(2, round(_EDGE_SHARE * side))
