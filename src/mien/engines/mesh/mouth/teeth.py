"""A painted inside of the mouth, for motion that comes without a picture.

Placed by anatomy: upper teeth belong to the skull, lower teeth and tongue to the jaw. A raised
upper lip shows teeth, a dropped jaw mostly the dark and the tongue.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import Field, fade, light, mix, smooth
from mien.engines.mesh.mouth.colours import recolour, relate
from mien.engines.mesh.mouth.complexion import Complexion
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening, lip_gap
from mien.engines.mesh.remap import remap
from mien.motion.pose import Pose
from mien.types import Floats, Image

_MODEL = Complexion(
    luma=165.0, chroma=np.array([26.0, -18.0]), lips_luma=125.0,
    lips_chroma=np.array([36.0, -12.0]), black=12.0, softness=0.0,
)  # fmt: skip
"""The face to which the colours below belong."""
_TEETH, _GUM = (217, 203, 177), (178, 104, 104)
_CAVITY, _DEEP, _TONGUE = (70, 30, 31), (20, 8, 10), (172, 92, 94)

_TONGUE_GAIN = 1.1
"""However light its lips, a mouth is dark inside."""

_UPPER_WIDTHS = (0.128, 0.100, 0.104, 0.082, 0.066, 0.050)
_UPPER_LENGTHS = (0.0, -0.020, -0.004, -0.026, -0.034, -0.042)
_LOWER_WIDTHS = (0.078, 0.086, 0.092, 0.080, 0.070, 0.060)
_LOWER_LENGTHS = (0.0, 0.002, -0.004, -0.012, -0.02, -0.03)
"""From the middle outwards, as seen from the front; lengths against the middle ones. Head units
for a mouth as wide as ``_MOUTH_WIDTH``."""
_MOUTH_WIDTH = 0.69
_TOOTH_HEIGHT = 0.17
_UNEVEN = (0.003, -0.004, 0.002, 0.004, -0.003, 0.002, -0.002, 0.004, -0.004, 0.003, 0.0, -0.003)
"""No two teeth are alike: added to the lengths, from the right to the left."""
_UPPER_SHOWS, _LOWER_HIDES = 0.035, 0.045
"""How far the upper teeth reach below the resting upper lip, the lower ones stay below the
resting line of the lips."""
_TEETH_FOLLOW = 1.15
"""Way of the lower teeth against the chin's: about that of the lower lip, which then hides them."""
_MOST_SHOWN = 0.15, 0.08
"""Of the upper and of the lower teeth."""
_TEETH_DEPTH = 0.06
_CANVAS = (0.5, 0.24)
"""Half the width of a row's canvas; its height. Its tips lie ``_TIP`` above the lower end."""
_TIP = 0.05
_CHIN = 152


class PaintedInterior:
    """Teeth, tongue and dark for one source."""

    def __init__(
        self, complexion: Complexion, head: Floats, px_per_unit: float, teeth: Floats | None = None
    ) -> None:
        """head: (478, 3) of the source, head frame. teeth: (3,) RGB of its own, if they show."""
        colours = relate(_MODEL, complexion)
        colours = replace(colours, lips=min(colours.lips, _TONGUE_GAIN))
        palette = np.array([[_TEETH, _GUM, _CAVITY, _DEEP, _TONGUE]], np.uint8)
        self._palette = recolour(palette, colours)[0]
        if teeth is not None:
            self._palette[0] = teeth
        self._width = float(np.ptp(head[[UPPER[0], UPPER[-1]], 0])) / _MOUTH_WIDTH * 1.08
        self._middle_x = float(head[UPPER[5], 0])
        gap = lip_gap(head)
        # of a wide open mouth most of the opening is the jaw's
        dropped = max(0.0, 1.4 * gap - 0.12)
        self._rest_upper = float(head[UPPER[5], 1])
        self._rest_lower = self._rest_upper + max(0.0, min(1.4 * gap, 0.12) * 0.5)
        self._rest_chin = float(head[_CHIN, 1]) - dropped
        self._rest_z = float(head[UPPER[5], 2])
        self._canvas_px = float(np.clip(px_per_unit * 1.25, 40, 500))
        softness = max(complexion.softness * 0.8, 0.006) * self._canvas_px
        rows = (_UPPER_WIDTHS, _UPPER_LENGTHS), (_LOWER_WIDTHS, _LOWER_LENGTHS)
        self._rows = [self._draw_row(*row, softness) for row in rows]

    def _draw_row(
        self, widths: tuple[float, ...], lengths: tuple[float, ...], softness_px: float
    ) -> Image:
        """(h, w, 4) RGBA of a row of teeth, tips down."""
        columns, rows = (np.array([2 * _CANVAS[0], _CANVAS[1]]) * self._canvas_px).astype(int)
        x = ((np.arange(columns) + 0.5) / self._canvas_px - _CANVAS[0]) / self._width
        y = (np.arange(rows)[:, None] + 0.5) / self._canvas_px - (_CANVAS[1] - _TIP)
        ends = np.r_[0, np.cumsum(widths)]
        tooth = np.clip(np.searchsorted(ends, np.abs(x), side="right") - 1, 0, len(widths) - 1)
        across = (np.abs(x) - ends[tooth]) / np.array(widths)[tooth] * 2 - 1
        number = np.where(x < 0, len(widths) - 1 - tooth, len(widths) + tooth)
        uneven = np.array(_UNEVEN)[number]
        tip = np.array(lengths)[tooth] + uneven - 0.25 * x**2 - 0.014 * np.abs(across) ** 3
        gum = tip - _TOOTH_HEIGHT * (1 - 0.12 * across**2)
        blur = 0.008
        gap = 1 - 0.2 * np.exp(-(((1 - np.abs(across)) * np.array(widths)[tooth] / 0.016) ** 2))
        round_ = 1 - 0.07 * (across - 0.2 * np.sign(x)) ** 2 + 1.5 * uneven
        away = 1 - 0.72 * smooth((np.abs(x) - 0.1) / 0.34)
        enamel = 1 - 0.10 * smooth((y - tip + 0.03) / 0.03)
        lit = (gap * round_ * away)[None] * enamel
        is_gum = smooth((gum - y) / (2 * blur) + 0.5)[..., None]
        colour = self._palette[0] * (1 - is_gum) + self._palette[1] * is_gum
        alpha = smooth((tip - y) / (2 * blur) + 0.5) * (np.abs(x) < ends[-1])
        picture = np.dstack([colour * lit[..., None], alpha * 255]).astype(np.float32)
        soft = cv2.GaussianBlur(picture, (0, 0), max(softness_px, 0.4))
        return np.clip(soft, 0, 255).astype(np.uint8)

    def paint(
        self, opening: Opening, head: Floats, pose: Pose, *, upper_teeth: float = 1.0
    ) -> Image:
        """The interior (h, w, 3) on the opening's box.

        head: (478, 3) head frame, as it is posed. upper_teeth: 0..1, how much they are to show.
        """
        drop = float(head[_CHIN, 1]) - self._rest_chin
        # lips pushed forward, as for "oo", leave the teeth behind and in the dark
        forward = max(0.0, self._rest_z - float(head[UPPER[5], 2]))
        upper_tip = self._rest_upper + _UPPER_SHOWS - 0.6 * forward
        lower_tip = self._rest_lower + _LOWER_HIDES + _TEETH_FOLLOW * drop + 0.3 * forward
        upper_tip = min(upper_tip, float(head[UPPER[5], 1]) + _MOST_SHOWN[0])
        lower_tip = max(lower_tip, float(head[LOWER[5], 1]) - _MOST_SHOWN[1])
        dimmed = max(0.5, 1 - 3 * forward)
        sway = 0.8 * float(head[UPPER[5], 0] - self._middle_x)
        dark = self._background(opening, head, lower_tip, upper_tip)
        interior = opening.enlarge(dark).astype(np.uint8)
        parallax = np.linalg.solve(pose.rotation[:2, :2], pose.rotation[:2, 2]) * _TEETH_DEPTH
        x, y = opening.x - _f(parallax[0]), opening.y - _f(parallax[1])
        lower = self._row(opening, 1, x - _f(self._middle_x + sway), _f(lower_tip) - y)
        interior = _over(interior, lower, 0.8 * dimmed)
        upper = self._row(opening, 0, x - _f(self._middle_x), y - _f(upper_tip))
        interior = _over(interior, upper, upper_teeth * dimmed)
        return light(interior, opening.enlarge(_lip_shadow(opening, self._palette[1])))

    def _row(self, opening: Opening, row: int, x: Field, y: Field) -> Image:
        scale = _f(self._canvas_px)
        columns = opening.enlarge((x + _f(_CANVAS[0])) * scale - _f(0.5))
        rows = opening.enlarge((y + _f(_CANVAS[1] - _TIP)) * scale - _f(0.5))
        return remap(self._rows[row], columns, rows, border=cv2.BORDER_CONSTANT)

    def _background(
        self, opening: Opening, head: Floats, lower_tip: float, upper_tip: float
    ) -> Field:
        """Dark, and the tongue in it; coarse."""
        _, _, cavity, deep, tongue = self._palette
        above, below = opening.y - opening.upper, opening.lower - opening.y
        depth = smooth(np.minimum(above, below) / _f(0.1))[..., None]
        colour = cavity + (deep - cavity) * depth
        half = max(0.5 * opening.width, 0.05)
        centre = float(head[UPPER[5], 0] + head[LOWER[5], 0]) / 2
        across = (opening.x - _f(centre)) * _f(1 / (0.3 * self._width))
        room = float(np.clip(1.2 * opening.gap, 0, 0.5))
        rise = 0.1 + 0.55 * room
        dome = np.sqrt(np.maximum(1 - across**2, 0)) * _f(rise)
        top = _f(min(lower_tip, float(head[LOWER[5], 1])) + 0.05) - dome
        shown = smooth((opening.y - top) / _f(0.05)) * (np.abs(across) < 1)
        high = np.clip((opening.y - top) / _f(rise), 0, 1)
        groove = 1 - 0.14 * np.exp(-((across / _f(0.16)) ** 2)) * (1 - high)
        lit = (_f(0.36) + _f(0.64) * smooth(high)) * groove * (1 - 0.25 * across**2)
        shown, lit = shown[..., None], lit[..., None]
        colour = colour * (1 - shown) + tongue * lit * shown
        beneath = np.maximum(opening.y - _f(upper_tip), 0)
        shade = 1 - 0.35 * np.exp(-beneath / _f(0.06))
        side = 1 - 0.5 * smooth((np.abs(opening.x - _f(centre)) / _f(half) - 0.55) / 0.45)
        return cast(Field, (colour * (shade * side)[..., None]).astype(np.float32))


_f = np.float32


def _over(interior: Image, row: Image, strength: float) -> Image:
    if strength <= 0:
        return interior
    colour = cast(Image, cv2.cvtColor(row, cv2.COLOR_RGBA2RGB))
    return mix(interior, colour, fade(row[..., 3], strength))


def _lip_shadow(opening: Opening, lips: Floats) -> Field:
    """(h', w', 3): what is near the lips has less light, and more of their colour in it."""
    upper = np.exp(np.maximum(opening.y - opening.upper, 0) / _f(-0.03))
    lower = np.exp(np.maximum(opening.lower - opening.y, 0) / _f(-0.025))
    dark = 1 - (1 - 0.4 * upper) * (1 - 0.3 * lower)
    tint = lips / max(float(lips.max()), 1.0)
    return cast(Field, 1 - dark[..., None] * (1 + 0.7 * (tint.mean() - tint)).astype(np.float32))
