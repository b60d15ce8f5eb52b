"""Where MuseTalk looks: the box around a face, in whole pixels of a picture.

MuseTalk was trained with the 68 points of iBUG; these are their places among our 478. Where the
points stand was compared on mean faces: 29, the third of the nose bridge, lies 46 % of the way from
the corners of the eyes to the base of the nose, and so does 195.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.landmarks import FACE_OVAL
from mien.types import Floats

JAW = FACE_OVAL[FACE_OVAL.index(356) : FACE_OVAL.index(127) + 1]
"""iBUG 16 to 0: from the person's left temple along the chin to the right one."""
_BRIDGE_ABOVE, _BRIDGE, _BRIDGE_BELOW = (6, 197), (195,), (5, 4)
"""iBUG 28, 29 and 30: the mean of these."""
NOSE_BASE = (98, 97, 2, 326, 327)
"""iBUG 31 to 35, from the person's right to the left."""
CHIN = 152
"""iBUG 8."""
MARGIN_PX, MAX_MARGIN_PX, MAX_SHIFT_PX = 10, 200, 100
"""Pixels: what version 1.5 adds below the chin, and the most that may be asked for."""
_SMALLEST = 12
"""Pixels of a side below which nothing is painted."""
_IN_SIGHT = 0.5
"""Share of a box that must lie in the picture."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """left, top, right, bottom: whole pixels inside a picture; right and bottom are excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    @property
    def middle(self) -> int:
        """The row, counted from its own top, from which on MuseTalk paints."""
        return self.height // 2

    @property
    def around(self) -> tuple[int, int, int, int]:
        """The square in which a face is parsed, 1.5 times as large; it may leave the picture."""
        half = int(max(self.width, self.height) // 2 * 1.5)
        x, y = (self.left + self.right) // 2, (self.top + self.bottom) // 2
        return x - half, y - half, x + half, y + half


def face_edges(landmarks: Floats, *, margin_px: int, shift_px: int) -> Floats:
    """(4,) left, top, right, bottom of the box around a face, (478, 2 or 3) pixels, whatever the
    picture's size: as far above the nose bridge as the chin is below, and ``margin_px`` below that.

    shift_px: how much further down MuseTalk's half begins; below 0 further up. Never beyond the
    bridge's neighbouring points. Lower, it paints mouths that open more.
    """
    points = np.asarray(landmarks[:, :2], np.float64)
    jaw = points[list(JAW)]
    above, bridge, below = (
        float(points[list(each), 1].mean()) for each in (_BRIDGE_ABOVE, _BRIDGE, _BRIDGE_BELOW)
    )
    shift = min(max(float(shift_px), min(above - bridge, 0.0)), max(below - bridge, 0.0))
    middle, bottom = bridge + shift, float(jaw[:, 1].max())
    return np.array([jaw[:, 0].min(), 2 * middle - bottom, jaw[:, 0].max(), bottom + margin_px])


def in_sight(landmarks: Floats, picture_size: tuple[int, int]) -> bool:
    """Whether enough of a face lies in a picture (width, height) to paint its lips."""
    edges = face_edges(landmarks, margin_px=0, shift_px=0)
    whole, visible = edges[2:] - edges[:2], _clipped(edges, picture_size)
    sides = visible[2:] - visible[:2]
    return bool(sides.min() >= _SMALLEST and (sides >= _IN_SIGHT * whole).all())


def settle(
    edges: Floats, picture_size: tuple[int, int], previous: FaceBox | None = None
) -> FaceBox:
    """The box of the edges of a face that is in sight, in a picture (width, height).

    previous: the same face's box in the picture before. Its edges stay where they are while the new
    ones differ by less than a pixel, or a 250th of the box: a crop does not tremble.
    """
    wanted = _clipped(edges, picture_size)
    box = np.rint(wanted).astype(int)
    if previous is not None:
        before = np.array([previous.left, previous.top, previous.right, previous.bottom])
        slack = max(1.0, 0.004 * float((wanted[2:] - wanted[:2]).max()))
        box = np.where(np.abs(wanted - before) < slack, before, box)
    left, top, right, bottom = (int(edge) for edge in box)
    return FaceBox(left, top, max(right, left + 1), max(bottom, top + 1))


def _clipped(edges: Floats, picture_size: tuple[int, int]) -> Floats:
    return np.clip(edges, 0.0, np.array([*picture_size, *picture_size], np.float64))
