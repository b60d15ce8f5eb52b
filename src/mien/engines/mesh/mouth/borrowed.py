"""The inside of the driver's mouth, in the colours of the source's picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.blending import light, soften
from mien.engines.mesh.mouth.colours import ColourTable, relate, tabulate
from mien.engines.mesh.mouth.complexion import Complexion
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening
from mien.engines.mesh.remap import remap
from mien.types import DriverPixels, Image

_SHADOW, _SHADOW_REACH = (0.4, 0.2), 0.035
"""The upper and the lower lip's shadow on a foreign interior; reach in head units."""


@dataclass(frozen=True, slots=True)
class Lender:
    """One driver's mouth for one source.

    foreignness: 0 when it is the same person's, 1 when it clearly is not. blur: head units.
    """

    colours: ColourTable
    foreignness: float
    blur: float


def lend(driver: Complexion, source: Complexion) -> Lender:
    """What makes this driver's interior fit this source."""
    colours = relate(driver, source)
    return Lender(tabulate(colours), colours.foreignness, colours.blur)


def borrow(
    opening: Opening, driver: DriverPixels, lender: Lender, px_per_unit: float
) -> Image | None:
    """The driver's interior (h, w, 3) on the opening's box; None when its mouth is not
    in its picture."""
    patch = _fetch(opening, driver)
    if patch is None:
        return None
    blur_px = lender.blur * px_per_unit
    if blur_px > 0.3:
        patch = soften(patch, blur_px)
    interior = cast(Image, cv2.cvtColor(lender.colours.apply(patch), cv2.COLOR_RGBA2RGB))
    if lender.foreignness == 0:
        return interior
    lit = np.ones_like(opening.y)
    edges = (opening.y - opening.upper, opening.lower - opening.y)
    for distance, depth in zip(edges, _SHADOW, strict=True):
        shadow = np.exp(np.maximum(distance, 0) / np.float32(-_SHADOW_REACH))
        lit *= 1 - np.float32(depth * lender.foreignness) * shadow
    return light(interior, opening.enlarge(lit))


def _fetch(opening: Opening, driver: DriverPixels) -> Image | None:
    """Sample the driver's picture through pairs of lip landmarks; RGBA."""
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
        part = cast(Image, cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        edges = (edges - low + 0.5) * zoom - 0.5
    else:
        edges = edges - low
    left = np.minimum(opening.column.astype(np.intp), len(UPPER) - 2)
    share, depth = opening.column - left.astype(np.float32), opening.depth
    places = []
    for axis in (0, 1):
        upper, lower = (
            edge[left] * (1 - share) + edge[left + 1] * share
            for edge in edges[..., axis].astype(np.float32)
        )
        places.append(opening.enlarge(upper + (lower - upper) * depth))
    return remap(cast(Image, cv2.cvtColor(part, cv2.COLOR_RGB2RGBA)), *places)
