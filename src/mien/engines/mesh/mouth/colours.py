"""Colours inside the mouth: from the driver's picture to the source's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.mouth.blending import Field
from mien.engines.mesh.mouth.complexion import Complexion
from mien.types import Floats, Image

_DARK_GAIN, _TEETH_GAIN, _LIPS_GAIN = (0.5, 1.0), (0.5, 1.2), (0.55, 1.4)
_BRIGHT = (0.3, 0.9)
"""Luma over the skin's from which a pixel is less than, and quite, a lit one."""
_CHROMA_GAIN = (0.55, 1.35)
_LIPS_CHROMA_GAIN = (0.55, 0.8, 1.2)
"""Least for pale skin, least for coloured skin, most."""
_PALE_SATURATION = (15.0, 24.0)
_GREY_SATURATION = (4.0, 8.0)
"""Saturation of skin below which a picture counts as grey, and above which as coloured."""
_MAX_TURN, _MAX_LIPS_TURN = np.radians(45.0), np.radians(22.0)
_SAME, _RANGE = 5.0, 10.0
"""Colours this near to each other are the same person's; from there to full adaptation."""
_LIPS_COUNT = 0.6
_LIFT, _MOST_LIFT = 0.7, 30.0
"""Of the difference between the darkest parts of two faces, in grey levels."""
_SOFTENING = 0.6
_LEAST_WARMTH, _MOST_TINT, _TINT = 0.6, 0.3, (0.3, 1.0)
"""Parts of the skin's own chroma: teeth and shadows have no less of it, and differ in hue from
it by no more; hues of teeth, and of mucosa, keep that part of their difference."""
_MUCOSA = (0.45, 0.8)
"""Chroma, as a part of the lips', from which a pixel is somewhat, and quite, mucosa."""


@dataclass(frozen=True, slots=True)
class MouthColours:
    """How the driver's interior is changed to suit the source.

    foreignness: 0 for the same skin (nothing is changed), 1 for a clearly different one.
    dark, teeth, lips: gains of luma. bright: luma of unlit and of lit pixels.
    lift: grey level added in the dark. mucosa: (2,), takes chroma (Cr, Cb) to 1 for lips.
    chroma, lips_chroma: (2, 2), act on chroma of teeth and of mucosa.
    axis, lips_axis: (2,), chroma of the source's skin and lips, zero for a grey picture.
    blur: head units.
    """

    foreignness: float
    dark: float
    teeth: float
    lips: float
    bright: tuple[float, float]
    lift: float
    mucosa: Floats
    chroma: Floats
    lips_chroma: Floats
    axis: Floats
    lips_axis: Floats
    blur: float


def relate(driver: Complexion, source: Complexion) -> MouthColours:
    """What makes the driver's skin and lips look like the source's, for its interior."""
    foreignness = float(np.clip((_distance(driver, source) - _SAME) / _RANGE, 0, 1))
    ratio = source.luma / max(driver.luma, 8.0)
    lips_ratio = source.lips_luma / max(driver.lips_luma, 8.0)
    coloured = float(np.clip(
        (source.saturation - _GREY_SATURATION[0]) / np.ptp(_GREY_SATURATION), 0, 1
    ))  # fmt: skip
    least = np.interp(source.saturation, _PALE_SATURATION, _LIPS_CHROMA_GAIN[:2])
    lips_gain = float(least), _LIPS_CHROMA_GAIN[2]
    dark = float(np.clip(ratio, *_DARK_GAIN))
    excess = max(0.0, source.softness**2 - driver.softness**2)
    return MouthColours(
        foreignness, dark, float(np.clip(ratio, *_TEETH_GAIN)),
        float(np.clip(lips_ratio, *_LIPS_GAIN)),
        (_BRIGHT[0] * driver.luma, _BRIGHT[1] * driver.luma),
        foreignness * _LIFT * float(np.clip(source.black - driver.black * dark, 0, _MOST_LIFT)),
        driver.lips_chroma / max(float(driver.lips_chroma @ driver.lips_chroma), 25.0),
        _turn(driver.chroma, source.chroma, _MAX_TURN, _CHROMA_GAIN) * coloured,
        _turn(driver.lips_chroma, source.lips_chroma, _MAX_LIPS_TURN, lips_gain) * coloured,
        source.chroma * coloured, source.lips_chroma * coloured,
        float(np.sqrt(excess)) * foreignness * _SOFTENING,
    )  # fmt: skip


def _distance(one: Complexion, other: Complexion) -> float:
    """Between the colours of two faces, in grey levels."""
    skin = np.r_[one.luma - other.luma, one.chroma - other.chroma]
    lips = np.r_[one.lips_luma - other.lips_luma, one.lips_chroma - other.lips_chroma]
    return float(np.linalg.norm(np.r_[skin, _LIPS_COUNT * lips]))


def _turn(chroma: Floats, onto: Floats, most: float, gains: tuple[float, float]) -> Floats:
    """The (2, 2) rotation and scaling, within reason, of one chroma onto another."""
    before, after = float(np.hypot(*chroma)), float(np.hypot(*onto))
    turn = 0.0
    if min(before, after) > _GREY_SATURATION[1]:
        turn = float(np.arctan2(onto[1], onto[0]) - np.arctan2(chroma[1], chroma[0]))
        turn = (turn + np.pi) % (2 * np.pi) - np.pi
    turn = float(np.clip(turn, -most, most))
    cos, sin = np.cos(turn), np.sin(turn)
    gain = float(np.clip(after / max(before, 4.0), *gains))
    return gain * np.array([[cos, -sin], [sin, cos]])


def recolour(picture: Image, colours: MouthColours) -> Field:
    """An RGB picture (h, w, 3) in the source's colours, RGB float32 0..255."""
    split = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb).astype(np.float32))
    y, cr, cb = (cast(Field, channel) for channel in split)
    cr, cb = cr - 128, cb - 128
    mucosa = cr * _f(colours.mucosa[0]) + cb * _f(colours.mucosa[1])
    mucosa = np.clip((mucosa - _f(_MUCOSA[0])) * _f(1 / (_MUCOSA[1] - _MUCOSA[0])), 0, 1)
    low, high = colours.bright
    lit = np.clip((y - _f(low)) * _f(1 / (high - low)), 0, 1)
    gain = _f(colours.teeth) + mucosa * _f(colours.lips - colours.teeth)
    gain = _f(colours.dark) + lit * (gain - _f(colours.dark))
    strength = _f(colours.foreignness)
    y = y * ((gain - 1) * strength + 1) * _f(1 - colours.lift / 255) + _f(colours.lift)
    warmth = np.minimum(y * _f(_LEAST_WARMTH / high), _f(_LEAST_WARMTH))
    teeth_cr, teeth_cb = _warm(*_turned(cr, cb, colours.chroma), colours.axis, warmth, _TINT[0])
    turned = _turned(cr, cb, colours.lips_chroma)
    lips_cr, lips_cb = _warm(*turned, colours.lips_axis, warmth * _f(0.6), _TINT[1])
    mucosa = 1 - (1 - mucosa) * lit  # what is dark is no tooth
    cr += (teeth_cr + (lips_cr - teeth_cr) * mucosa - cr) * strength
    cb += (teeth_cb + (lips_cb - teeth_cb) * mucosa - cb) * strength
    red, blue = y + _f(1.403) * cr, y + _f(1.773) * cb
    green = y - _f(0.714) * cr - _f(0.344) * cb
    return cast(Field, np.clip(cv2.merge([red, green, blue]), 0, 255))


_f = np.float32


def _turned(cr: Field, cb: Field, turn: Floats) -> tuple[Field, Field]:
    (a, b), (c, d) = turn.astype(np.float32)
    return a * cr + b * cb, c * cr + d * cb


def _warm(cr: Field, cb: Field, axis: Floats, least: Field, tint: float) -> tuple[Field, Field]:
    """Keep colours on the skin's side of grey: light that falls on skin falls on teeth too."""
    norm = float(axis @ axis)
    if norm == 0:
        return cr, cb
    skin_cr, skin_cb = axis.astype(np.float32)
    along = np.maximum((cr * skin_cr + cb * skin_cb) * _f(1 / norm), least)
    across = (cb * skin_cr - cr * skin_cb) * _f(tint / norm)
    limit = _f(_MOST_TINT) * (along + _f(0.2))
    across = np.clip(across, -limit, limit)
    return along * skin_cr - across * skin_cb, along * skin_cb + across * skin_cr


@dataclass(frozen=True, slots=True)
class ColourTable:
    """:func:`recolour` for every frame: by looking up what changes.

    change: (64 ** 3,) uint32, by blue, green, red: four bytes as in RGBA, 128 for no change;
    None where nothing changes.
    """

    change: NDArray[np.uint32] | None

    def apply(self, picture: Image) -> Image:
        """A contiguous RGBA picture (h, w, 4) recoloured."""
        if self.change is None:
            return picture
        packed = picture.view("<u4")[..., 0]
        place = (packed >> 2 & 63) | (packed >> 10 & 63) << 6 | (packed >> 18 & 63) << 12
        change = self.change.take(place)[..., None].view(np.uint8)
        # a coarse table of changes makes no bands: the picture itself keeps its fine steps
        return cast(Image, cv2.addWeighted(picture, 1, change, 1, -128))


def tabulate(colours: MouthColours) -> ColourTable:
    """About 10 ms."""
    if colours.foreignness == 0:
        return ColourTable(None)
    levels = np.arange(64, dtype=np.uint8) * 4 + 2
    blue, green, red = np.meshgrid(levels, levels, levels, indexing="ij")
    grid = np.stack([red, green, blue], -1).reshape(64, -1, 3)
    change = recolour(grid, colours) - grid
    packed = np.full((*grid.shape[:2], 4), 128, np.uint8)
    packed[..., :3] = np.clip(np.rint(change) + 128, 0, 255)
    return ColourTable(packed.view("<u4").reshape(-1))
