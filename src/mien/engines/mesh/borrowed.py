"""The inside of the driver's mouth, in the colours of the source's picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.complexion import Complexion
from mien.engines.mesh.opening import LOWER, UPPER, Field, Opening
from mien.types import DriverPixels, Floats

_DARK_GAIN, _TEETH_GAIN, _LIPS_GAIN = (0.5, 1.0), (0.5, 1.3), (0.55, 1.4)
_BRIGHT = (0.3, 0.9)
"""Luma over the skin's from which a pixel is less than, and quite, a lit one."""
_CHROMA_GAIN = (0.55, 1.35)
_GREY_SATURATION = (4.0, 8.0)
"""Saturation of skin below which a picture counts as grey, and above which as coloured."""
_MAX_TURN = np.radians(45.0)
_SAME, _RANGE = 6.0, 15.0
"""Skin colours this near to each other are the same person's; from there to full adaptation."""
_SHADOW, _SHADOW_REACH = (0.4, 0.2), 0.035
"""The upper and the lower lip's shadow on a foreign interior; reach in head units."""
_LIFT = 0.7
_SOFTENING = 0.6
_LEAST_WARMTH, _MOST_TINT = 0.25, 0.5
"""Parts of the skin's own chroma: teeth and shadows have no less of it, and differ in hue from
it by no more."""
_MUCOSA = (0.35, 0.75)
"""Chroma, as a part of the lips', from which a pixel is somewhat, and quite, mucosa."""


@dataclass(frozen=True, slots=True)
class MouthColours:
    """How the driver's interior is changed to suit the source.

    foreignness: 0 for the same skin (nothing is changed), 1 for a clearly different one.
    dark, teeth, lips: gains of luma. bright: luma of unlit and of lit pixels.
    lift: grey level added in the dark. mucosa: (2,), takes chroma (Cr, Cb) to 1 for lips.
    chroma, lips_chroma: (2, 2), act on chroma of teeth and of mucosa.
    axis: (2,), the source's skin chroma, or zero for a grey picture. blur: head units.
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
    blur: float


def relate(driver: Complexion, source: Complexion) -> MouthColours:
    """What makes the driver's skin and lips look like the source's, for its interior."""
    distance = np.hypot(source.luma - driver.luma, np.hypot(*(source.chroma - driver.chroma)))
    foreignness = float(np.clip((distance - _SAME) / _RANGE, 0, 1))
    ratio = source.luma / max(driver.luma, 8.0)
    lips_ratio = source.lips_luma / max(driver.lips_luma, 8.0)
    coloured = float(np.clip(
        (source.saturation - _GREY_SATURATION[0]) / np.ptp(_GREY_SATURATION), 0, 1
    ))  # fmt: skip
    dark = float(np.clip(ratio, *_DARK_GAIN))
    excess = max(0.0, source.softness**2 - driver.softness**2)
    return MouthColours(
        foreignness, dark, float(np.clip(ratio, *_TEETH_GAIN)),
        float(np.clip(lips_ratio, *_LIPS_GAIN)),
        (_BRIGHT[0] * driver.luma, _BRIGHT[1] * driver.luma),
        foreignness * _LIFT * max(0.0, source.black - driver.black * dark),
        driver.lips_chroma / max(float(driver.lips_chroma @ driver.lips_chroma), 25.0),
        _turn(driver.chroma, source.chroma) * coloured,
        _turn(driver.lips_chroma, source.lips_chroma) * coloured,
        source.chroma * coloured,
        float(np.sqrt(excess)) * foreignness * _SOFTENING,
    )  # fmt: skip


def _turn(chroma: Floats, onto: Floats) -> Floats:
    """The (2, 2) rotation and scaling, within reason, of one chroma onto another."""
    before, after = float(np.hypot(*chroma)), float(np.hypot(*onto))
    turn = 0.0
    if min(before, after) > _GREY_SATURATION[1]:
        turn = float(np.arctan2(onto[1], onto[0]) - np.arctan2(chroma[1], chroma[0]))
        turn = (turn + np.pi) % (2 * np.pi) - np.pi
    turn = float(np.clip(turn, -_MAX_TURN, _MAX_TURN))
    cos, sin = np.cos(turn), np.sin(turn)
    gain = float(np.clip(after / max(before, 4.0), *_CHROMA_GAIN))
    return gain * np.array([[cos, -sin], [sin, cos]])


def borrow(
    opening: Opening, driver: DriverPixels, colours: MouthColours, px_per_unit: float
) -> Field | None:
    """The driver's interior (h, w, 3) float32 on the opening's box; None when its mouth is not
    in its picture."""
    patch = _fetch(opening, driver)
    if patch is None:
        return None
    blur_px = colours.blur * px_per_unit
    if blur_px > 0.3:
        patch = cv2.GaussianBlur(patch, (0, 0), blur_px)
    if colours.foreignness == 0:
        return patch.astype(np.float32)
    recoloured = _recolour(patch, colours)
    light = np.ones_like(opening.y)
    for distance, depth in zip(
        (opening.y - opening.upper, opening.lower - opening.y), _SHADOW, strict=True
    ):
        shadow = np.exp(np.maximum(distance, 0) / -_SHADOW_REACH)
        light *= 1 - depth * colours.foreignness * shadow
    return recoloured * opening.enlarge(light)[..., None]


def _fetch(opening: Opening, driver: DriverPixels) -> NDArray[np.uint8] | None:
    """Sample the driver's picture through pairs of lip landmarks."""
    edges = driver.landmarks[np.stack([UPPER, LOWER]), :2]
    if not np.isfinite(edges).all():
        return None
    low = np.floor(edges.min((0, 1))).astype(int) - 6
    high = np.ceil(edges.max((0, 1))).astype(int) + 7
    low, high = (np.clip(v, 0, driver.image.shape[1::-1]) for v in (low, high))
    if (high - low).min() < 3:
        return None
    part = driver.image[low[1] : high[1], low[0] : high[0]]
    reduction = max(1, round((high - low)[0] / opening.mask.shape[1]))
    if reduction > 1:  # linear sampling alone would alias
        size = [max(1, n // reduction) for n in part.shape[1::-1]]
        zoom = np.array(size) / part.shape[1::-1]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        edges = (edges - low + 0.5) * zoom - 0.5
    else:
        edges = edges - low
    upper, lower = edges.astype(np.float32)
    left = np.minimum(opening.column.astype(np.intp), len(UPPER) - 2)
    share = (opening.column - left.astype(np.float32))[..., None]
    top = upper.take(left, axis=0) * (1 - share) + upper.take(left + 1, axis=0) * share
    bottom = lower.take(left, axis=0) * (1 - share) + lower.take(left + 1, axis=0) * share
    place = top + (bottom - top) * opening.depth[..., None]
    return cast(NDArray[np.uint8], cv2.remap(
        cv2.cvtColor(part, cv2.COLOR_RGB2RGBA), opening.enlarge(place), None, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )[..., :3])  # fmt: skip


def _recolour(patch: NDArray[np.uint8], colours: MouthColours) -> Field:
    """RGB in, RGB float32 out, 0..255."""
    y, cr, cb = cv2.split(cv2.cvtColor(patch, cv2.COLOR_RGB2YCrCb).astype(np.float32))
    cr, cb = cr - 128, cb - 128
    mucosa = cr * _f(colours.mucosa[0]) + cb * _f(colours.mucosa[1])
    mucosa = np.clip((mucosa - _f(_MUCOSA[0])) * _f(1 / (_MUCOSA[1] - _MUCOSA[0])), 0, 1)
    low, high = colours.bright
    lit = np.clip((y - _f(low)) * _f(1 / (high - low)), 0, 1)
    gain = _f(colours.teeth) + mucosa * _f(colours.lips - colours.teeth)
    gain = _f(colours.dark) + lit * (gain - _f(colours.dark))
    strength = _f(colours.foreignness)
    y = y * ((gain - 1) * strength + 1) * _f(1 - colours.lift / 255) + _f(colours.lift)
    teeth_cr, teeth_cb = _warm(*_turned(cr, cb, colours.chroma), colours.axis)
    lips_cr, lips_cb = _turned(cr, cb, colours.lips_chroma)
    cr += (teeth_cr + (lips_cr - teeth_cr) * mucosa - cr) * strength
    cb += (teeth_cb + (lips_cb - teeth_cb) * mucosa - cb) * strength
    red, blue = y + _f(1.403) * cr, y + _f(1.773) * cb
    green = y - _f(0.714) * cr - _f(0.344) * cb
    return cast(Field, np.clip(cv2.merge([red, green, blue]), 0, 255))


_f = np.float32


def _turned(cr: Field, cb: Field, turn: Floats) -> tuple[Field, Field]:
    (a, b), (c, d) = turn.astype(np.float32)
    return a * cr + b * cb, c * cr + d * cb


def _warm(cr: Field, cb: Field, axis: Floats) -> tuple[Field, Field]:
    """Keep colours on the skin's side of grey: light that falls on skin falls on teeth too."""
    norm = float(axis @ axis)
    if norm == 0:
        return cr, cb
    skin_cr, skin_cb = axis.astype(np.float32)
    along = np.maximum((cr * skin_cr + cb * skin_cb) * _f(1 / norm), _f(_LEAST_WARMTH))
    across = (cb * skin_cr - cr * skin_cb) * _f(1 / norm)
    limit = _f(_MOST_TINT) * (along + _f(0.3))
    across = np.clip(across, -limit, limit)
    return along * skin_cr - across * skin_cb, along * skin_cb + across * skin_cr
