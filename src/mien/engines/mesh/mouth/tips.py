"""Where the upper teeth end that a portrait shows between its lips."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mien.engines.mesh.mouth.blending import Field
from mien.engines.mesh.mouth.complexion import Complexion, teeth_in
from mien.engines.mesh.mouth.opening import MouthSurface
from mien.engines.mesh.mouth.teeth import UpperRow
from mien.types import Image

_COLUMNS, _ROWS = np.linspace(-0.3, 0.3, 31), 40
"""Where they are looked for: head units beside the middle of the mouth; steps from lip to lip."""
_MIDDLE = np.abs(_COLUMNS) < 0.13
_LEAST_TEETH = 0.02
"""Head units of teeth that must show."""
_ARCH = (0.2, 0.8)

Sample = Callable[[Field, Field, Field], Image]
"""Colours (h, w, 3) at some x and y, and some share of the way from lip to lip."""


def find_upper_row(
    surface: MouthSurface, sample: Sample, complexion: Complexion
) -> UpperRow | None:
    """The row of upper teeth, if teeth are seen below the upper lip."""
    x = np.float32(surface.upper[5, 0]) + _COLUMNS.astype(np.float32)[None]
    top, bottom = (np.interp(x, e[:, 0], e[:, 1]) for e in (surface.upper, surface.lower))
    within = np.linspace(0, 1, _ROWS, dtype=np.float32)[:, None]
    y = (top + (bottom - top) * within).astype(np.float32)
    x, within = np.broadcast_to(x, y.shape), np.broadcast_to(within, y.shape)
    teeth = teeth_in(sample(x, y, within), complexion)
    found = np.flatnonzero(teeth[:, _MIDDLE].mean(axis=1) >= 0.5)
    height = float((bottom - top)[0, _MIDDLE].mean()) / _ROWS
    if len(found) * height < _LEAST_TEETH or found[0] > _ROWS // 2:
        return None
    tip = float(y[found[-1], _MIDDLE].mean())
    lowest = y[_ROWS - 1 - teeth[::-1].argmax(axis=0), np.arange(len(_COLUMNS))]
    aside = teeth.any(axis=0) & ~_MIDDLE
    if not aside.any():
        return UpperRow(tip, _ARCH[0])
    higher = (tip - lowest[aside]) / _COLUMNS[aside] ** 2
    return UpperRow(tip, float(np.clip(np.median(higher), *_ARCH)))
