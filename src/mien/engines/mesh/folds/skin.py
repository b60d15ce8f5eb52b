"""What one portrait's skin says about folds: how rough it is, where it is bare, where its light
comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.raster import Place
from mien.motion.fields import smoothstep
from mien.types import Floats, Image

Field = NDArray[np.float32]

_OFFSET = 10.0
"""Grey levels added before the logarithm, so that dark noise stays small."""
_CHEEK, _CHEEK_SIZE = (0.6, 0.6), (0.17, 0.2)
_FINE, _COARSE = 0.02, 0.06
"""Spreads, in head units, between which the skin's own relief is measured."""
_SMOOTH, _ROUGH = 0.004, 0.014
"""Median relief, log luma, of young or painted skin and of skin with pores and lines."""
_FLAT, _MODELLED = 0.25, 0.8
"""Range of the face's wide light and shade, log luma, under frontal and under hard light."""
_UP = -0.75
"""Light comes from above."""
_SIDE_PER_LOG, _MOST_SIDE = 0.7, 0.3
_DIM, _DARK = -0.55, -1.1
"""Log luma against the cheek of things that are not skin: fades from the first, none at the
second."""
_SHADED, _FRINGE = -0.15, -0.4
"""The same where hair may be."""
_BUSY, _HAIRY = 0.02, 0.04
"""The same for mean relief beyond the cheek's own."""
_WHITE, _BURNT = (225.0, 250.0), 0.6
"""Grey levels from which on a picture is burnt out, and how much of a fold is lost there."""
_LUMA = np.array([0.299, 0.587, 0.114])
_TINT, _MOST_TINT = 1.5, 0.4
_HAIRLINE, _TEMPLE = (-0.18, -0.28), (0.84, 0.96)
"""Where hair may be: above the first, y, and beyond the second, x, of the template."""


@dataclass(frozen=True, slots=True)
class Skin:
    """relief: 0 smooth, 1 rough. contrast: 0 flat light, 1 strong light and shade. towards: (2,)
    where the light comes from, right and down. tint: (3,), what red, green and blue take of a
    shade: shaded skin is more saturated, not greyer. bare: (h, w), 0 under hair and other dark
    things and where the picture is burnt out, 1 on skin."""

    relief: float
    contrast: float
    towards: Floats
    tint: Floats
    bare: Field


def look_at_skin(colours: Image, place: Place, face: NDArray[np.bool_], cells: float) -> Skin:
    """Measure the skin of a face.

    colours: (h, w, 3). place: (2, h, w) x and y of the same places on the template; face: where
    they are known. cells: pixels of these per head unit.
    """
    x, y = place
    luma = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    log = np.log(luma.astype(np.float32) + np.float32(_OFFSET))
    relief = np.abs(_soft(log, _FINE * cells) - _soft(log, _COARSE * cells))
    left, right = (face & _on_cheek(x, y, side) for side in (1, -1))
    if not (left.any() and right.any()):
        return Skin(0.0, 0.0, np.array([0.0, _UP]), np.ones(3), face.astype(np.float32))
    own = float(np.median(relief[left | right]))
    lit_left, lit_right = float(np.median(log[left])), float(np.median(log[right]))
    wide = _soft(log, 2 * _COARSE * cells)[face & (y > -0.2) & (y < 1.0) & (np.abs(x) < 0.8)]
    contrast = float(np.ptp(np.quantile(wide, (0.1, 0.9)))) if wide.size else 0.0
    side = np.clip(_SIDE_PER_LOG * (lit_left - lit_right), -_MOST_SIDE, _MOST_SIDE)
    expected = lit_right + (lit_left - lit_right) * smoothstep(x, -0.4, 0.4)
    against_cheek = _soft(log, _FINE * cells) - expected
    bare = smoothstep(against_cheek, _DARK, _DIM)
    bare *= 1 - _BURNT * smoothstep(_soft(luma.astype(np.float32), _FINE * cells), *_WHITE)
    smooth = smoothstep(_soft(relief, _COARSE * cells) - own, _HAIRY, _BUSY)
    smooth *= smoothstep(against_cheek, _FRINGE, _SHADED)
    maybe = np.maximum(smoothstep(y, *_HAIRLINE), smoothstep(np.abs(x), *_TEMPLE))
    return Skin(
        relief=float(np.clip((own - _SMOOTH) / (_ROUGH - _SMOOTH), 0, 1)),
        contrast=float(smoothstep(contrast, _FLAT, _MODELLED)),
        towards=np.array([side, _UP]),
        tint=_tint(colours[left | right]),
        bare=_soft((bare * (1 - maybe * (1 - smooth)) * face).astype(np.float32), _FINE * cells),
    )


def _tint(skin: Image) -> Floats:
    """From RGB pixels (n, 3) of skin."""
    colour = skin.mean(axis=0) + _OFFSET
    beyond_grey = colour / (colour @ _LUMA) - 1
    return cast(Floats, 1 - np.clip(_TINT * beyond_grey, -_MOST_TINT, _MOST_TINT))


def _on_cheek(x: Field, y: Field, side: int) -> NDArray[np.bool_]:
    across = np.abs(x - side * _CHEEK[0]) < _CHEEK_SIZE[0]
    return cast("NDArray[np.bool_]", across & (np.abs(y - _CHEEK[1]) < _CHEEK_SIZE[1]))


def _soft(image: Field, spread: float) -> Field:
    return cast(Field, cv2.GaussianBlur(image, (0, 0), max(spread, 0.3)))
