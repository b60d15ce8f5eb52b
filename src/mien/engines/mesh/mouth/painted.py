"""A painted inside of the mouth, for motion that comes without a picture.

Placed by anatomy: upper teeth belong to the skull, lower teeth and tongue to the jaw. A raised
upper lip shows teeth, a dropped jaw mostly the dark and the tongue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.action import MouthAction
from mien.engines.mesh.mouth.blending import Field, fade, light, mix, smooth
from mien.engines.mesh.mouth.colours import recolour, relate
from mien.engines.mesh.mouth.complexion import Complexion
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening, lip_gap
from mien.engines.mesh.mouth.teeth import ARCH, MOUTH_WIDTH, TeethLooks, TeethRow, UpperRow
from mien.engines.mesh.mouth.tongue import TonguePlace, rest_tongue
from mien.engines.mesh.mouth.tongue_out import TongueOut
from mien.motion.pose import Pose
from mien.types import Floats, Image

_MODEL = Complexion(
    luma=165.0, chroma=np.array([26.0, -18.0]), lips_luma=125.0,
    lips_chroma=np.array([36.0, -12.0]), black=12.0, softness=0.0,
)  # fmt: skip
"""The face to which the colours below belong."""
_TEETH, _GUM = (217, 203, 177), (178, 104, 104)
_CAVITY, _DEEP, _TONGUE = (70, 30, 31), (20, 8, 10), (172, 92, 94)
_CHEEK = (0.08, 0.25), (0.62, 0.22)
"""Light on the inside of the cheeks, in the corners of the mouth, against that on the gums: of a
mouth that is a little open, and wide open."""
_CHEEK_SHARE = 0.8
_TONGUE_GAIN = 1.1
"""However light its lips, a mouth is dark inside."""

_WHITEST = 1.1
"""Mean of the teeth's colour against the luma of the skin: more would glow."""
_UPPER_SHOWS, _LOWER_HIDES = 0.035, 0.045
"""How far the upper teeth reach below the resting upper lip, the lower ones stay below the
resting line of the lips."""
_SMILE_SHOWS = 0.045
"""How much more of the upper teeth a smile shows: it lifts the lip, which the shapes leave."""
_TEETH_FOLLOW = 1.15
"""Way of the lower teeth against the chin's: about that of the lower lip, which then hides them."""
_MOST_SHOWN = 0.15, 0.08
"""Of the upper and of the lower teeth."""
_TEETH_DEPTH = 0.06
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
        white, self._gum, self._cavity, self._deep, self._tongue = recolour(palette, colours)[0]
        white = white * min(1.0, _WHITEST * complexion.luma / max(float(white.mean()), 1.0))
        self._width = float(np.ptp(head[[UPPER[0], UPPER[-1]], 0])) / MOUTH_WIDTH * 1.08
        self._middle_x = float(head[UPPER[5], 0])
        gap = lip_gap(head)
        # of a wide open mouth most of the opening is the jaw's
        dropped = max(0.0, 1.4 * gap - 0.12)
        self._rest_upper = float(head[UPPER[5], 1])
        self._rest_lower = self._rest_upper + max(0.0, min(1.4 * gap, 0.12) * 0.5)
        self._rest_chin = float(head[_CHIN, 1]) - dropped
        self._rest_z = float(head[UPPER[5], 2])
        softness = max(complexion.softness * 0.8, 0.006)
        looks = TeethLooks(white if teeth is None else teeth, self._gum, self._width, softness)
        self._upper, self._lower = (TeethRow(j, looks, px_per_unit) for j in ("upper", "lower"))
        self.tongue_out = TongueOut(self._tongue, complexion.lips_luma, self._width)

    def paint(
        self,
        opening: Opening,
        head: Floats,
        pose: Pose,
        *,
        upper_teeth: Field | None = None,
        upper_row: UpperRow | None = None,
        action: MouthAction | None = None,
    ) -> Image:
        """The interior (h, w, 3) on the opening's box.

        head: (478, 3) head frame, as it is posed. upper_teeth: how much they are to show, 0..1
        on the opening's grid; None: fully. upper_row: where they are, if that is known. action:
        what blendshapes do inside the mouth.
        """
        places = self._places(head, upper_row, action)
        dark = self._background(opening, self._tongue_place(opening, head, places, action), places)
        interior = cast(Image, opening.enlarge(dark).astype(np.uint8))
        parallax = np.linalg.solve(pose.rotation[:2, :2], pose.rotation[:2, 2]) * _TEETH_DEPTH
        x, y = opening.x - _f(parallax[0] + self._middle_x), opening.y - _f(parallax[1])
        lower = self._lower.seen(opening, x - _f(places.sway), _f(places.lower_tip) - y)
        interior = _over(interior, lower, fade(lower[..., 3], 0.8 * places.light))
        below = y - _f(places.upper.tip)
        below += _f(places.upper.arch - self._arch) * x**2
        upper = self._upper.seen(opening, x, below)
        cover = upper[..., 3]
        if upper_teeth is not None:
            cover = (opening.enlarge(upper_teeth) * cover).astype(np.uint8)
        interior = _over(interior, upper, fade(cover, places.light))
        return light(interior, opening.enlarge(_lip_shadow(opening, self._gum)))

    def upper_tip(
        self, head: Floats, upper_row: UpperRow | None, action: MouthAction | None
    ) -> float:
        """Head-frame y of the tips of the upper teeth in a face (478, 3)."""
        return self._places(head, upper_row, action).upper.tip

    @property
    def _arch(self) -> float:
        return ARCH / self._width**2

    def _places(
        self, head: Floats, upper_row: UpperRow | None, action: MouthAction | None
    ) -> _Places:
        drop = float(head[_CHIN, 1]) - self._rest_chin
        # lips pushed forward, as for "oo", leave teeth and tongue behind and in the dark
        forward = max(0.0, self._rest_z - float(head[UPPER[5], 2]))
        row = upper_row
        if row is None:
            smile = 0.0 if action is None else action.smile
            rest = self._rest_upper if action is None else action.rest_upper
            tip = rest + _UPPER_SHOWS + _SMILE_SHOWS * smile - 0.6 * forward
            row = UpperRow(tip, self._arch)
        lower_tip = self._rest_lower + _LOWER_HIDES + _TEETH_FOLLOW * drop + 0.3 * forward
        return _Places(
            replace(row, tip=min(row.tip, float(head[UPPER[5], 1]) + _MOST_SHOWN[0])),
            max(lower_tip, float(head[LOWER[5], 1]) - _MOST_SHOWN[1]),
            0.8 * float(head[UPPER[5], 0] - self._middle_x),
            max(0.5, 1 - 3 * forward),
        )

    def _tongue_place(
        self, opening: Opening, head: Floats, places: _Places, action: MouthAction | None
    ) -> TonguePlace:
        return TonguePlace(
            centre=float(head[UPPER[5], 0] + head[LOWER[5], 0]) / 2,
            floor=min(places.lower_tip, float(head[LOWER[5], 1])) + 0.05,
            ceiling=places.upper.tip,
            gap=opening.gap,
            scale=self._width,
            light=places.light,
            up=0.0 if action is None else action.tongue_up,
        )

    def _background(self, opening: Opening, tongue: TonguePlace, places: _Places) -> Field:
        """Dark, and the tongue in it; coarse."""
        above, below = opening.y - opening.upper, opening.lower - opening.y
        depth = smooth(np.minimum(above, below) / _f(0.1))[..., None]
        colour = cast(Field, self._cavity + (self._deep - self._cavity) * depth)
        colour = rest_tongue(colour, opening, self._tongue, tongue)
        beneath = np.maximum(opening.y - _f(places.upper.tip), 0)
        shade = 1 - 0.35 * np.exp(-beneath / _f(0.06))
        half = max(0.5 * opening.width, 0.05)
        side = smooth((np.abs(opening.x - _f(tongue.centre)) / _f(half) - 0.4) / 0.5)
        side = _f(_CHEEK_SHARE) * side[..., None]
        cheek = self._gum * _f(np.interp(opening.gap, *_CHEEK))
        colour = colour * shade[..., None] * (1 - side) + cheek * side
        return cast(Field, colour.astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Places:
    """lower_tip, sway: y of the tips of the lower teeth, and how far they are moved aside, head
    units. light: 0..1, on what lies behind pushed lips."""

    upper: UpperRow
    lower_tip: float
    sway: float
    light: float


_f = np.float32


def _over(interior: Image, row: Image, cover: Image) -> Image:
    if not cover.any():
        return interior
    return mix(interior, cast(Image, cv2.cvtColor(row, cv2.COLOR_RGBA2RGB)), cover)


def _lip_shadow(opening: Opening, lips: Floats) -> Field:
    """(h', w', 3): what is near the lips has less light, and more of their colour in it."""
    upper = np.exp(np.maximum(opening.y - opening.upper, 0) / _f(-0.03))
    lower = np.exp(np.maximum(opening.lower - opening.y, 0) / _f(-0.025))
    dark = 1 - (1 - 0.4 * upper) * (1 - 0.3 * lower)
    tint = lips / max(float(lips.max()), 1.0)
    return cast(Field, 1 - dark[..., None] * (1 + 0.7 * (tint.mean() - tint)).astype(np.float32))
