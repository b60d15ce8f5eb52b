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

_LUMA_GAIN = (0.5, 1.12)
_CHROMA_GAIN = (0.6, 1.3)
_GREY_SATURATION = (4.0, 8.0)
"""Saturation of skin below which a picture counts as grey, and above which as coloured."""
_MAX_TURN = np.radians(45.0)
_SAME, _RANGE = 6.0, 15.0
"""Skin colours this near to each other are the same person's; from there to full adaptation."""
_SHADOW, _SHADOW_REACH = 0.6, 0.03
"""The lips' shadow on an interior that came with other lips; reach in head units."""
_LIFT = 0.7
_LEAST_WARMTH, _MOST_TINT = 0.12, 0.55
"""Parts of the skin's own chroma: teeth and shadows have no less of it, and differ in hue from
it by no more."""


@dataclass(frozen=True, slots=True)
class MouthColours:
    """How the driver's interior is changed to suit the source.

    foreignness: 0 for the same skin (nothing is changed), 1 for a clearly different one.
    luma: gain. lift: grey level added in the dark. chroma: (2, 2), acts on (Cr, Cb).
    axis: (2,), the source's skin chroma, or zero for a grey picture. blur: head units.
    """

    foreignness: float
    luma: float
    lift: float
    chroma: Floats
    axis: Floats
    blur: float


def relate(driver: Complexion, source: Complexion) -> MouthColours:
    """What makes the driver's skin look like the source's, applied to its interior."""
    distance = np.hypot(source.luma - driver.luma, np.hypot(*(source.chroma - driver.chroma)))
    foreignness = float(np.clip((distance - _SAME) / _RANGE, 0, 1))
    luma = float(np.clip(source.luma / max(driver.luma, 8.0), *_LUMA_GAIN))
    coloured = float(np.clip(
        (source.saturation - _GREY_SATURATION[0]) / np.ptp(_GREY_SATURATION), 0, 1
    ))  # fmt: skip
    gain = float(np.clip(source.saturation / max(driver.saturation, 4.0), *_CHROMA_GAIN))
    turn = 0.0
    if min(source.saturation, driver.saturation) > _GREY_SATURATION[1]:
        hues = [np.arctan2(c[1], c[0]) for c in (source.chroma, driver.chroma)]
        turn = float((hues[0] - hues[1] + np.pi) % (2 * np.pi) - np.pi)
        turn = float(np.clip(turn, -_MAX_TURN, _MAX_TURN))
    cos, sin = np.cos(turn), np.sin(turn)
    chroma = gain * coloured * np.array([[cos, -sin], [sin, cos]])
    excess = max(0.0, source.softness**2 - driver.softness**2)
    return MouthColours(
        foreignness,
        1 + (luma - 1) * foreignness,
        foreignness * _LIFT * max(0.0, source.black - driver.black * luma),
        np.eye(2) * (1 - foreignness) + chroma * foreignness,
        source.chroma * coloured,
        float(np.sqrt(excess)) * foreignness,
    )


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
    near = np.minimum(opening.y - opening.upper, opening.lower - opening.y)
    shadow = np.exp(np.maximum(near, 0) / -_SHADOW_REACH) * (-_SHADOW * colours.foreignness) + 1
    return recoloured * opening.enlarge(shadow)[..., None]


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
    (a, b), (c, d) = colours.chroma.astype(np.float32)
    cr, cb = a * (cr - 128) + b * (cb - 128), c * (cr - 128) + d * (cb - 128)
    cr, cb = _warm(cr, cb, colours)
    y = y * (colours.luma * (1 - colours.lift / 255)) + colours.lift
    red, blue = y + 1.403 * cr, y + 1.773 * cb
    green = y - 0.714 * cr - 0.344 * cb
    return cast(Field, np.clip(cv2.merge([red, green, blue]), 0, 255))


def _warm(cr: Field, cb: Field, colours: MouthColours) -> tuple[Field, Field]:
    """Keep colours on the skin's side of grey: light that falls on skin falls on teeth too."""
    norm = float(colours.axis @ colours.axis)
    if norm == 0:
        return cr, cb
    u, v = colours.axis.astype(np.float32) / norm
    along, across = cr * u + cb * v, cb * u - cr * v
    warmed = np.maximum(along, _LEAST_WARMTH)
    along += (warmed - along) * colours.foreignness
    limited = np.clip(across, -_MOST_TINT * (along + 0.3), _MOST_TINT * (along + 0.3))
    across += (limited - across) * colours.foreignness
    skin_cr, skin_cb = colours.axis.astype(np.float32)
    return along * skin_cr - across * skin_cb, along * skin_cb + across * skin_cr
