"""Where the driver's head takes the portrait's keypoints, and what is made of them: a drawing for
the pose guider, and boxes around faces for the motion encoder.

The keypoints are those of LivePortrait's motion extractor without their expressions, which the
motion encoder sees better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mien.nets.liveportrait.motion import RawMotion, refine
from mien.nets.personalive.motion_encoder import FACE_SIDE
from mien.nets.personalive.params import LEAD_IN_FRAMES

EXTRACTOR_SIDE = 256
"""Of the pictures that the motion extractor reads."""
_CHOSEN = (1, 2, 3, 4, 12, 15, 20)
_COLOURS = (
    (255, 0, 0),
    (255, 255, 0),
    (0, 255, 0),
    (0, 255, 255),
    (0, 0, 255),
    (255, 0, 255),
    (255, 0, 85),
)
_RADIUS_PX = 4
_TRANSLATION_FOLLOWED = 0.5
"""Of the way that the driver's head goes, how much the portrait's does."""
_BOX_HEIGHTS = 1.7
"""Sides of a box, in twice the height from the middle of the points to their highest."""
_BEFORE, _AFTER = 0.475, 0.525
"""Where the middle of the points is in its box."""


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """What is read of B heads: the person's points (B, 21, 3), then pitch, yaw and roll in degrees
    (B, 3), translation (B, 3) and scale (B, 1), all float32."""

    points: Tensor
    angles: Tensor
    translation: Tensor
    scale: Tensor

    def __len__(self) -> int:
        return len(self.angles)

    def some(self, which: slice) -> Heads:
        """Those at these places."""
        parts = (self.points, self.angles, self.translation, self.scale)
        return Heads(*(part[which] for part in parts))


def read_heads(raw: RawMotion) -> Heads:
    """From what the motion extractor says."""
    motion = refine(raw)
    angles_B3 = torch.cat((motion.pitch, motion.yaw, motion.roll), dim=1)
    return Heads(motion.kp, angles_B3, motion.t, motion.scale)


def retarget(portrait: Heads, drivers: Heads, start: Heads) -> Heads:
    """The portrait's head (1) as B drivers hold theirs: at their angles, and half as far from where
    it was as they are from their ``start`` (1)."""
    count = len(drivers)
    moved_B3 = drivers.translation - start.translation
    return Heads(
        portrait.points.expand(count, -1, -1),
        drivers.angles,
        portrait.translation + _TRANSLATION_FOLLOWED * moved_B3,
        portrait.scale.expand(count, -1),
    )


def lead_in(portrait: Heads, first: Heads) -> Heads:
    """12 heads: the portrait's way (1) to how its driver first takes it (1), which comes after
    them."""
    weights_F1 = lead_in_weights().to(first.angles.device)[:, None]
    return Heads(
        portrait.points.expand(LEAD_IN_FRAMES, -1, -1),
        portrait.angles.lerp(first.angles, weights_F1),
        portrait.translation.lerp(first.translation, weights_F1),
        portrait.scale.expand(LEAD_IN_FRAMES, -1),
    )


def lead_in_weights() -> Tensor:
    """(12,): how far on their way from the portrait to the driver's first frame, which would be at
    1, the frames before it are."""
    return torch.linspace(0, 1, LEAD_IN_FRAMES + 1)[:-1]


def keypoints_of(heads: Heads) -> Tensor:
    """(B, 21, 3) on the canvas. Depth is not moved by the translation."""
    turned_BK3 = heads.points @ rotations(heads.angles)
    flat_B3 = heads.translation * torch.tensor([1.0, 1.0, 0.0], device=turned_BK3.device)
    return heads.scale[:, None] * turned_BK3 + flat_B3[:, None]


def rotations(angles_B3: Tensor) -> Tensor:
    """(B, 3, 3) for row vectors, from pitch, yaw and roll in degrees: ``(Rz Ry Rx)^T``."""
    pitch_B, yaw_B, roll_B = (angles_B3 * (math.pi / 180)).unbind(1)
    return (_about(2, roll_B) @ _about(1, yaw_B) @ _about(0, pitch_B)).transpose(1, 2)


def _about(axis: int, angle_B: Tensor) -> Tensor:
    """Right-handed, for column vectors."""
    turn_B33 = torch.zeros(len(angle_B), 3, 3, device=angle_B.device)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn_B33[:, axis, axis] = 1.0
    turn_B33[:, first, first] = turn_B33[:, second, second] = angle_B.cos()
    turn_B33[:, first, second], turn_B33[:, second, first] = -angle_B.sin(), angle_B.sin()
    return turn_B33


def draw(keypoints_BK3: Tensor, side: int) -> Tensor:
    """(B, 3, side, side), RGB 0..1: seven of the keypoints as discs on black, each of its own
    colour; where discs meet their colours add up."""
    drawing_B3SS = torch.zeros(len(keypoints_BK3), 3, side, side, device=keypoints_BK3.device)
    colours_X3 = torch.tensor(_COLOURS, device=drawing_B3SS.device) / 255.0
    along_S = torch.arange(side, device=drawing_B3SS.device)
    for point_B2, colour_3 in zip(_pixels(keypoints_BK3, side).unbind(1), colours_X3, strict=True):
        off_x_BS, off_y_BS = (along_S - point_B2[:, :, None]).square().unbind(1)
        disc_BSS = off_x_BS[:, None, :] + off_y_BS[:, :, None] <= _RADIUS_PX**2
        drawing_B3SS += disc_BSS[:, None] * colour_3[:, None, None]
    return drawing_B3SS.clamp_(max=1.0)


def face_boxes(keypoints_BK3: Tensor, side: int) -> Tensor:
    """(B, 4) int64: left, top, right and bottom of squares around the faces, in pixels, as far as
    they are inside the picture; never empty, right and bottom are the first pixels outside."""
    points_BX2 = _pixels(keypoints_BK3, side).float()
    middle_B2 = points_BX2.mean(dim=1)
    half_B = middle_B2[:, 1] - points_BX2[:, :, 1].amin(dim=1)
    sides_B1 = (2 * half_B * _BOX_HEIGHTS)[:, None]
    first_B2 = (middle_B2 - _BEFORE * sides_B1).long().clamp(0, side - 1)
    last_B2 = (middle_B2 + _AFTER * sides_B1).long().clamp(0, side - 1)
    return torch.cat((first_B2, torch.maximum(last_B2, first_B2 + 1)), dim=1)


def crop_faces(pictures_B3HW: Tensor, boxes_B4: Tensor) -> Tensor:
    """(B, 3, 224, 224): what is in the boxes, bilinearly."""
    faces = [
        interpolate(
            picture[None, :, top:bottom, left:right], (FACE_SIDE, FACE_SIDE), mode="bilinear"
        )
        for picture, (left, top, right, bottom) in zip(
            pictures_B3HW, boxes_B4.tolist(), strict=True
        )
    ]
    return torch.cat(faces)


def _pixels(keypoints_BK3: Tensor, side: int) -> Tensor:
    """(B, 7, 2) int64: x and y of the chosen ones, in pixels from the picture's corner."""
    chosen_BX2 = keypoints_BK3[:, list(_CHOSEN), :2]
    return ((chosen_BX2 * 0.5 + 0.5) * side).long()
