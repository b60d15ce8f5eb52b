"""Painted rows of teeth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import Field, in_shade, smooth
from mien.engines.mesh.mouth.opening import Opening
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image

MOUTH_WIDTH = 0.69
"""Of the face to which the sizes below belong, head units."""
ARCH = 0.25
"""How much higher tips lie at a distance of 1 from the middle."""
_WIDTHS = {
    "upper": (0.128, 0.100, 0.104, 0.082, 0.066, 0.050),
    "lower": (0.078, 0.086, 0.092, 0.080, 0.070, 0.060),
}
_LENGTHS = {
    "upper": (0.0, -0.015, -0.004, -0.018, -0.026, -0.036),
    "lower": (0.0, 0.002, -0.004, -0.012, -0.02, -0.03),
}
"""From the middle outwards, as seen from the front; lengths against the middle ones."""
_HEIGHT = 0.17
_UNEVEN = (0.003, -0.004, 0.002, 0.004, -0.003, 0.002, -0.002, 0.004, -0.004, 0.003, 0.0, -0.003)
"""No two teeth are alike: added to the lengths, from the right to the left."""
_BLUR = 0.008
_CANVAS = (0.5, 0.24)
"""Half the width of a row's canvas; its height. Its tips lie ``_TIP`` above the lower end."""
_TIP = 0.05
_WARM_SHADOWS = 0.8
"""Light between teeth has met gums and cheeks before: how much more of it is left in their
colour."""


@dataclass(frozen=True, slots=True)
class UpperRow:
    """Where upper teeth are seen: y of the tips of the middle ones, head frame; how much higher
    tips lie beside it, per square of the distance, 1 / head units."""

    tip: float
    arch: float

    def at(self, beside: Field) -> Field:
        """Head-frame y of the tips at some distance from the middle."""
        return cast(Field, self.tip - self.arch * beside**2)


@dataclass(frozen=True, slots=True)
class TeethLooks:
    """teeth, gum: (3,) RGB. scale: of the mouth against a usual one. softness: head units."""

    teeth: Floats
    gum: Floats
    scale: float
    softness: float


class TeethRow:
    """One row of teeth, drawn once, tips down."""

    def __init__(self, jaw: str, looks: TeethLooks, px_per_unit: float) -> None:
        """jaw: "upper" or "lower"."""
        self._canvas_px = float(np.clip(px_per_unit * 1.25, 40, 500))
        self._picture = _draw(_WIDTHS[jaw], _LENGTHS[jaw], looks, self._canvas_px)

    def seen(self, opening: Opening, beside: Field, below: Field) -> Image:
        """RGBA (h, w, 4) on the opening's box; beside the middle of the row, below the tips of
        its middle teeth: head units on the opening's grid."""
        scale = np.float32(self._canvas_px)
        columns = opening.enlarge((beside + np.float32(_CANVAS[0])) * scale - np.float32(0.5))
        rows = opening.enlarge((below + np.float32(_CANVAS[1] - _TIP)) * scale - np.float32(0.5))
        return remap(self._picture, columns, rows, border=cv2.BORDER_CONSTANT)


def _draw(
    widths: tuple[float, ...], lengths: tuple[float, ...], looks: TeethLooks, canvas_px: float
) -> Image:
    num_columns, num_rows = (np.array([2 * _CANVAS[0], _CANVAS[1]]) * canvas_px).astype(int)
    x = ((np.arange(num_columns) + 0.5) / canvas_px - _CANVAS[0]) / looks.scale
    y = (np.arange(num_rows)[:, None] + 0.5) / canvas_px - (_CANVAS[1] - _TIP)
    ends = np.r_[0, np.cumsum(widths)]
    tooth = np.clip(np.searchsorted(ends, np.abs(x), side="right") - 1, 0, len(widths) - 1)
    across = (np.abs(x) - ends[tooth]) / np.array(widths)[tooth] * 2 - 1
    uneven = np.array(_UNEVEN)[np.where(x < 0, len(widths) - 1 - tooth, len(widths) + tooth)]
    tip = np.array(lengths)[tooth] + uneven - ARCH * x**2 - 0.014 * np.abs(across) ** 3
    gum = tip - _HEIGHT * (1 - 0.12 * across**2)
    gap = 1 - 0.2 * np.exp(-(((1 - np.abs(across)) * np.array(widths)[tooth] / 0.016) ** 2))
    round_ = 1 - 0.07 * (across - 0.2 * np.sign(x)) ** 2 + 1.5 * uneven
    away = 1 - 0.72 * smooth((np.abs(x) - 0.1) / 0.34)
    enamel = 1 - 0.10 * smooth((y - tip + 0.03) / 0.03)
    is_gum = smooth((gum - y) / (2 * _BLUR) + 0.5)[..., None]
    enamelled = looks.teeth * (1 - is_gum) + looks.gum * is_gum
    colour = in_shade(enamelled, (gap * round_ * away)[None] * enamel, looks.gum, _WARM_SHADOWS)
    alpha = smooth((tip - y) / (2 * _BLUR) + 0.5) * (np.abs(x) < ends[-1])
    picture = np.dstack([colour, alpha * 255]).astype(np.float32)
    soft = cv2.GaussianBlur(picture, (0, 0), max(looks.softness * canvas_px, 0.4))
    return cast(Image, np.clip(soft, 0, 255).astype(np.uint8))
