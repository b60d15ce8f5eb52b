"""A tongue between the teeth, as in "th", or stuck out over the lower lip."""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.engines.mesh.mouth.blending import Field, in_shade, mix, smooth
from mien.engines.mesh.mouth.opening import LOWER, UPPER, lip_gap, mouth_surface
from mien.engines.mesh.mouth.tongue import RED_SHADOWS
from mien.motion.pose import Pose
from mien.types import Floats, Image, Mask

_BETWEEN = 0.35
"""tongueOut at which the tip lies between the teeth; from there on it comes out."""
_HALF_WIDTH = 0.19
_ROOM = 0.4
"""Of the width of the opening that half a tongue fills at most."""
_OVER_TEETH = 0.03
"""How much of the upper teeth the tip hides."""
_REACH = 0.02, 0.34
"""How far it goes beyond the edge of the lower lip: between the teeth, and fully out."""
_ROUND = 0.1, 0.2
"""Length of its rounded end, in both cases."""
_EDGE = 0.016
_APART = (0.03, 0.065)
"""Head units between the lips in which there is room for it."""
_SHADOW, _SHADOW_EDGE = 0.25, 0.06
_SHINE = 0.22
_MOST_HEIGHT, _FROM_DARK = 0.2, 0.12
"""How high above the lower lip it is seen at most, and how softly it then begins."""
_AGAINST_LIPS, _MOST_GAIN = 0.85, 1.4


class TongueOut:
    """Draws the tongue of one source before its teeth and its lower lip."""

    def __init__(self, colour: Floats, lips_luma: float, scale: float) -> None:
        """colour: (3,) RGB of a tongue inside the mouth; lips_luma: that of the lips, in whose
        light it comes. scale: of the mouth against a usual one."""
        gain = _AGAINST_LIPS * lips_luma / max(float(colour.mean()), 1.0)
        self._colour = np.minimum(colour * np.clip(gain, 1.0, _MOST_GAIN), 255)
        self._half = _HALF_WIDTH * scale

    def paint(
        self, picture: Image, head: Floats, pose: Pose, *, upper_tip: float, out: float
    ) -> None:
        """Draw it into a picture (h, w, 3), in place.

        head: (478, 3) head frame; pose: its place in the picture. upper_tip: y of the tips of the
        upper teeth. out: 0..1; at 0.35 the tip lies between the teeth.
        """
        come = float(smooth(np.array(out / _BETWEEN)))
        come *= float(smooth(np.array((lip_gap(head) - _APART[0]) / (_APART[1] - _APART[0]))))
        if come <= 0:
            return
        beyond = float(np.clip((out - _BETWEEN) / (1 - _BETWEEN), 0, 1))
        surface = mouth_surface(head, pose)
        lower_y = float(head[LOWER[5], 1])
        end = lower_y + _REACH[0] + (_REACH[1] - _REACH[0]) * beyond - 0.06 * (1 - come)
        highest = min(upper_tip - _OVER_TEETH, lower_y - 0.01)
        top = max(highest, float(head[UPPER[5], 1]), lower_y - _MOST_HEIGHT)
        half = min(self._half, _ROOM * float(surface.upper[-1, 0] - surface.upper[0, 0]))
        centre = float(head[UPPER[5], 0] + head[LOWER[5], 0]) / 2
        box = _box(surface.plane, (centre, half + 0.1), (top - 0.05, end + 0.1), picture.shape)
        if box is None:
            return
        x, y = _head_units(surface.plane, box)
        across, above = (x - _f(centre)) / _f(half), np.interp(x, *surface.upper[:, :2].T)
        round_ = _f(_ROUND[0] + (_ROUND[1] - _ROUND[0]) * beyond)
        inside = _inside(across, y, _f(top), _f(end), round_)
        below_lip = smooth((y - above.astype(np.float32)) / _f(_EDGE))
        cover = smooth(inside / _f(_EDGE) + _f(0.5)) * below_lip * _f(come)
        if top > highest:  # in a wide open mouth it comes out of the dark
            cover *= smooth((y - _f(top)) / _f(min(_FROM_DARK, 2 * (top - highest)) + 1e-6))
        shade = smooth(inside / _f(2 * _SHADOW_EDGE) + _f(0.5)) * below_lip
        shade *= smooth((y - _f(lower_y)) / _f(0.02)) * _f(_SHADOW * come)
        colour = self._lit(across, inside, y, _f(top), _f(end))
        region = picture[box]
        region[:] = mix(region, np.zeros_like(region), _bytes(shade * beyond))
        region[:] = mix(region, colour, _bytes(cover))

    def _lit(
        self, across: Field, inside: Field, y: Field, top: np.float32, end: np.float32
    ) -> Image:
        along = np.clip((y - top) / np.maximum(end - top, _f(0.03)), 0, 1)
        lit = _f(0.68) + _f(0.4) * smooth(along * _f(2.2))
        lit *= 1 - _f(0.2) * across**2
        lit *= 1 - _f(0.2) * (1 - smooth(inside / _f(0.08)))
        lit *= 1 - _f(0.12) * np.exp(-((across / _f(0.14)) ** 2)) * (1 - along)
        shine = np.exp(-(((along - _f(0.6)) / _f(0.22)) ** 2 + ((across + 0.2) / _f(0.4)) ** 2))
        lit *= 1 + _f(_SHINE) * shine
        colour = in_shade(self._colour, lit, self._colour, RED_SHADOWS)
        return cast(Image, np.minimum(colour, 255).astype(np.uint8))


_f = np.float32


def _inside(across: Field, y: Field, top: np.float32, end: np.float32, round_: np.float32) -> Field:
    """Head units, nearly, inside the outline: a strip from top to end whose ends are round."""
    arc = np.sqrt(np.maximum(1 - across**2, 0))
    low = end - round_ * (1 - arc)
    high = top + _f(0.03) * (1 - arc)
    sides = (1 - np.abs(across)) * _f(_HALF_WIDTH)
    return cast(Field, np.minimum(np.minimum(low - y, y - high), sides))


def _box(
    plane: Floats, columns: tuple[float, float], rows: tuple[float, float], shape: tuple[int, ...]
) -> tuple[slice, slice] | None:
    """Rows and columns of a picture around a part of the plane of the lips."""
    centre, half = columns
    x, y = np.array([-half, half, -half, half]) + centre, np.repeat(rows, 2)
    corners = plane @ np.stack([x, y, np.ones(4)])
    if not np.isfinite(corners).all():
        return None
    low = np.clip(np.floor(corners.min(axis=1)), 0, shape[1::-1]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=1)) + 1, 0, shape[1::-1]).astype(int)
    if (high - low).min() < 1 or abs(np.linalg.det(plane[:, :2])) < 1e-3:
        return None
    return slice(low[1], high[1]), slice(low[0], high[0])


def _head_units(plane: Floats, box: tuple[slice, slice]) -> tuple[Field, Field]:
    rows, columns = (np.arange(side.start, side.stop) for side in box)
    (a, b), (c, d) = np.linalg.inv(plane[:, :2])
    right, down = columns[None] - plane[0, 2], rows[:, None] - plane[1, 2]
    x, y = a * right + b * down, c * right + d * down
    return x.astype(np.float32), y.astype(np.float32)


def _bytes(share: Floats) -> Mask:
    return cast(Mask, (share * 255).astype(np.uint8))
