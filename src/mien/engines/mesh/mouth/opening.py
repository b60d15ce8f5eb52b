"""The opening between the lips: where it is in a picture, and coordinates inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import Field, soften
from mien.landmarks import INNER_LIPS
from mien.motion.pose import Pose
from mien.types import Floats, Mask

UPPER = np.array(INNER_LIPS[:11])
"""Edge of the upper lip, from the person's right corner of the mouth to the left one."""
LOWER = np.array((INNER_LIPS[0], *INNER_LIPS[:9:-1]))
"""Edge of the lower lip, in the same order."""
_RIM = np.array(INNER_LIPS)
_GRID_COLUMNS = 32
"""Coordinates are smooth: they are computed this many across, and enlarged."""
_SUBPIXEL_BITS = 4
_ROOM_PX = 4


def lip_gap(head: Floats) -> float:
    """Mean distance of the lips' edges in head units, of landmarks (478, 3) in the head frame;
    0 where they overlap."""
    gap = head[LOWER[1:-1], 1] - head[UPPER[1:-1], 1]
    return float(np.maximum(gap, 0).mean())


@dataclass(frozen=True, slots=True)
class MouthSurface:
    """The curved surface that lips and teeth lie on: head-frame x and y on it, and pixels.

    plane: (2, 3), from x, y in the plane of the lips to pixels. tilt: (2,), how far a head unit
    of depth beyond that plane moves a pixel. upper, lower: (11, 3), the edges of the lips: x, y,
    and depth beyond the plane; x never decreasing.
    """

    plane: Floats
    tilt: Floats
    upper: Floats
    lower: Floats

    def bulge(self, x: Field, share: Field) -> Field:
        """Depth beyond the plane at some x and some share of the way from lip to lip."""
        upper, lower = (_along(x, edge[:, 0], edge[:, 2]) for edge in (self.upper, self.lower))
        return cast(Field, upper + (lower - upper) * share)


def mouth_surface(head: Floats, pose: Pose) -> MouthSurface:
    """The surface through the lips of landmarks (478, 3) in the head frame, seen in a pose."""
    depth = float(head[_RIM, 2].mean())
    turn = pose.scale * pose.rotation
    upper, lower = (head[indices] - np.array([0, 0, depth]) for indices in (UPPER, LOWER))
    for edge in (upper, lower):
        edge[:, 0] = np.maximum.accumulate(edge[:, 0])
    plane = turn[:2].copy()
    plane[:, 2] = turn[:2, 2] * depth + pose.translation[:2]
    return MouthSurface(plane, turn[:2, 2], upper, lower)


@dataclass(frozen=True, slots=True)
class Opening:
    """The lips' opening in one picture, on a box of its pixels.

    box: rows and columns of the picture. mask: (h, w), feathered.
    x, y: head units in the plane of the lips; upper, lower: the lips' edges at that x; all on a
    coarse grid, to be made as large as the box by :meth:`enlarge`.
    column: 0..10, where between the landmarks of the lips a place is.
    gap, width: of the whole opening, head units.
    """

    box: tuple[slice, slice]
    mask: Mask
    x: Field
    y: Field
    upper: Field
    lower: Field
    column: Field
    step: int
    gap: float
    width: float

    @property
    def depth(self) -> Field:
        """0 at the upper lip, 1 at the lower, a little beyond under the lips."""
        gap = np.maximum(self.lower - self.upper, 1e-3)
        return cast(Field, np.clip((self.y - self.upper) / gap, -0.15, 1.15))

    def enlarge(self, field: Field) -> Field:
        """A coarse field (h', w', ...) as large as the box."""
        full = cv2.resize(field, (field.shape[1] * self.step, field.shape[0] * self.step))
        return cast(Field, full[: self.mask.shape[0], : self.mask.shape[1]])


def find_opening(
    points: Floats, head: Floats, pose: Pose, size: tuple[int, int], feather_px: float
) -> Opening | None:
    """The opening between the lips of landmarks (478, 2+), pixels, in a picture of
    (width, height); None when nothing of it is in the picture. head, pose: the same landmarks
    in the head frame."""
    rim = points[_RIM, :2]
    if not np.isfinite(rim).all():
        return None
    room = _ROOM_PX + int(2 * feather_px)
    low = np.clip(np.floor(rim.min(0)).astype(int) - room, 0, size)
    high = np.clip(np.ceil(rim.max(0)).astype(int) + room + 1, 0, size)
    width, height = high - low
    surface = mouth_surface(head, pose)
    if width < 3 or height < 3 or abs(np.linalg.det(surface.plane[:, :2])) < 1e-3:
        return None
    step = max(1, round(max(width, height) / _GRID_COLUMNS))
    x, y = _coordinates(surface, low, (-(-width // step), -(-height // step)), step)
    upper, lower = surface.upper, surface.lower
    middle = (upper[:, 0] + lower[:, 0]) / 2
    return Opening(
        (slice(low[1], high[1]), slice(low[0], high[0])),
        _mask(rim - low, (height, width), feather_px),
        x, y, _along(x, upper[:, 0], upper[:, 1]), _along(x, lower[:, 0], lower[:, 1]),
        _along(x, middle, np.arange(len(middle), dtype=np.float64)), step,
        lip_gap(head), float(middle[-1] - middle[0]),
    )  # fmt: skip


def _coordinates(
    surface: MouthSurface, corner: Floats, size: tuple[int, int], step: int
) -> tuple[Field, Field]:
    """x and y on the surface of what is seen in the middles of ``step`` x ``step`` pixels, of
    which ``size`` (columns, rows) begin at a corner (x, y) of the picture."""
    plane = surface.plane
    column_px = corner[0] + (np.arange(size[0]) + 0.5) * step - 0.5 - plane[0, 2]
    row_px = corner[1] + (np.arange(size[1]) + 0.5) * step - 0.5 - plane[1, 2]
    inverse = np.linalg.inv(plane[:, :2])
    (a, b), (c, d) = inverse
    x = (a * column_px[None] + b * row_px[:, None]).astype(np.float32)
    y = (c * column_px[None] + d * row_px[:, None]).astype(np.float32)
    tilt = (inverse @ surface.tilt).astype(np.float32)
    # Seen from the side the lips leave their plane: first where they are seen, then where they are.
    top, bottom = (
        _along(x, *(edge[:, :2] + edge[:, 2:] * tilt).T) for edge in (surface.upper, surface.lower)
    )
    share = np.clip((y - top) / np.maximum(bottom - top, 1e-3), 0, 1)
    bulge = surface.bulge(x, share)
    return x - tilt[0] * bulge, y - tilt[1] * bulge


def _along(x: Field, places: Floats, values: Floats) -> Field:
    return np.interp(x, places, values).astype(np.float32)


def _mask(rim: Floats, shape: tuple[int, int], feather_px: float) -> Mask:
    mask = np.zeros(shape, np.uint8)
    corners = np.rint(rim * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    return soften(mask, feather_px)
