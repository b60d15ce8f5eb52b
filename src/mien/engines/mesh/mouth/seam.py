"""The line where lips meet that are parted in the portrait."""

from __future__ import annotations

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import mix, smooth, soften
from mien.engines.mesh.mouth.complexion import Complexion, to_rgb
from mien.engines.mesh.mouth.opening import LOWER, UPPER
from mien.types import Floats, Image, Mask

_WIDTH, _BLUR = 0.014, 0.011
"""Of the line, head units."""
_MEETING = (0.014, 0.045)
"""Head units between the lips: up to the first they meet, beyond the second they are apart."""
_CLOSED_BY = 0.04
"""Head units by which they have come nearer when the line is fully drawn."""
_SHADE, _REDNESS = 0.42, 0.7
"""Light on the line, and its colour, against those of the lips."""
_STRENGTH = 0.85
_TAPER = np.array([0.3, 0.75, 1, 1, 1, 1, 1, 1, 0.75, 0.3])
"""How much of the line is drawn, from corner to corner."""
_SUBPIXEL_BITS = 4
_ROOM_PX = 4


class Seam:
    """Draws the line into warped pictures of one source."""

    def __init__(self, head: Floats, complexion: Complexion) -> None:
        """head: (478, 3) of the source, head frame."""
        self._resting = _gaps(head)
        self._colour = to_rgb(_SHADE * complexion.lips_luma, _REDNESS * complexion.lips_chroma)

    def paint(self, picture: Image, points: Floats, head: Floats, px_per_unit: float) -> None:
        """Draw the line in place, where lips have come together: what a mesh leaves of an
        opening that it has closed is ragged.

        points: (478, 2+) landmarks in the picture; head: (478, 3) the same in the head frame.
        """
        weight = self._drawn(head)
        line = (points[UPPER, :2] + points[LOWER, :2]) / 2
        if not (weight.any() and np.isfinite(line).all()):
            return
        room = _ROOM_PX + int(np.ceil((_WIDTH + 3 * _BLUR) * px_per_unit))
        size = np.array(picture.shape[1::-1])
        low = np.clip(np.floor(line.min(0)).astype(int) - room, 0, size)
        high = np.clip(np.ceil(line.max(0)).astype(int) + room + 1, 0, size)
        if (high - low).min() < 1:
            return
        mask = _stroke(line - low, weight, (high - low)[::-1], _WIDTH * px_per_unit)
        region = picture[low[1] : high[1], low[0] : high[0]]
        shade = np.empty_like(region)
        shade[:] = self._colour
        region[:] = mix(region, shade, soften(mask, max(_BLUR * px_per_unit, 0.6)))

    def _drawn(self, head: Floats) -> Floats:
        """(10,) how much of each piece of the line is drawn."""
        gaps = _gaps(head)
        meet = 1 - smooth((gaps - _MEETING[0]) / (_MEETING[1] - _MEETING[0]))
        at = meet * smooth((self._resting - gaps) / _CLOSED_BY)
        at[[0, -1]] = at[[1, -2]]  # the corners never part
        return np.asarray(np.minimum(at[:-1], at[1:]) * _TAPER * _STRENGTH)


def _gaps(head: Floats) -> Floats:
    """(11,) from corner to corner, distance of the lips in head units, of landmarks (478, 3)."""
    return np.asarray(np.maximum(head[LOWER, 1] - head[UPPER, 1], 0))


def _stroke(line: Floats, weight: Floats, shape: Floats, width_px: float) -> Mask:
    """Mask of a line (11, 2) whose pieces have weights (10,)."""
    mask = np.zeros(shape, np.uint8)
    fixed = np.rint(line * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    for piece in np.argsort(weight, kind="stable"):  # the faint ones below the others
        cv2.polylines(
            mask, [fixed[piece : piece + 2]], False, round(255 * float(weight[piece])),
            max(1, round(width_px)), cv2.LINE_AA, _SUBPIXEL_BITS,
        )  # fmt: skip
    return mask
