"""What the lids lay over the eyeball: the upper one its lashes and shadow, the lower one its edge.

Both belong to the lids: they move with them, and are as wide on a half shut eye as on an open one.
"""

from __future__ import annotations

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eyes.frame import EyeFrame, Plane, Table, look_up, ramp
from mien.engines.mesh.eyes.iris import IRIS_REACH, Colours, sample, to_bytes
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image

S = TypeVar("S", np.uint8, np.float32)

SHADOW_REACH = 0.18
"""How far below the upper lid its shadow is known, in eye widths."""
_ROWS = 24
_DARKEST = 0.25
_EDGE_SHADE = 0.55
"""Under a lid without lashes it is at least this dark, as a share of the white."""
_NOISE = 8.0
"""Grey levels: what is darker by less says nothing."""
_UPPER_HALF = (0.35, 0.55)
"""Share of the opening over which what is darker stops being the upper lid's shadow."""
_IRIS_EDGE = 0.16
"""Around its edge, in iris radii, a completed iris differs from the real one."""
_SMOOTHING = 0.03
_MARGIN_TRIED = 0.09
_USUAL_MARGIN = 0.025
"""Width of the lower lid's edge where the iris does not reach it, in eye widths."""


def shadow_on_white(white: Colours, height: Floats) -> Plane:
    """How dark the upper lid makes the white, (rows, columns): 1 = not at all.

    white: (h, columns, 3) from lid to lid, without iris. height: (columns,) of the opening, in
    eye widths. Rows reach from the lid down by SHADOW_REACH.
    """
    grey = cv2.GaussianBlur(white.mean(axis=2).astype(np.float32), (0, 0), 0.03 * white.shape[1])
    lit = np.maximum(grey[int(0.45 * len(grey)) : int(0.8 * len(grey))].max(axis=0), 1)
    t = _depths() / np.maximum(height, 1e-3)
    columns = np.broadcast_to(np.arange(float(white.shape[1])), t.shape)
    share = remap(grey / lit, columns, t * len(white) - 0.5)
    return _faded(np.maximum.accumulate(np.clip(share, _DARKEST, 1), axis=0), t)


def shadow_on_eyeball(
    seen: Colours, ball: Colours, on_white: Plane, distance: Floats, t: Plane
) -> Image:
    """How dark the upper lid makes the white, RGB, and the iris, A, as bytes (rows, columns, 4).

    All of the strip under the upper lid (:func:`upper_strip`): seen, what the portrait shows;
    ball, what the layers show without shadow; on_white, the shadow of the white without iris;
    distance from the centre of the iris, in its radii; t, the share of the opening.
    """
    share = (seen + _NOISE) / (ball + _NOISE)
    grey = share.mean(axis=2)
    share = np.clip(0.4 * share + 0.6 * grey[..., None], _DARKEST, 1)
    on_iris = [row[at < 0.8] for row, at in zip(grey, distance, strict=True)]
    # The usual one: pupils and mirrored lights are no shadow.
    iris = np.array([[np.median(row) if row.size else 1.0] for row in on_iris])
    white = ramp(distance, 1 + 0.5 * _IRIS_EDGE, 1 + _IRIS_EDGE)[..., None]
    share = _along(on_white[..., None] + (share - on_white[..., None]) * white)
    both = np.dstack([share, np.broadcast_to(np.clip(iris, _DARKEST, 1), grey.shape)])
    return to_bytes(255 * _faded(np.maximum.accumulate(both, axis=0), t))


def upper_strip(lids: Table, columns: int) -> tuple[Plane, Plane, Plane]:
    """u, v and share of the opening t (rows, columns) of what lies under the upper lid's edge."""
    u = np.broadcast_to((np.arange(columns) + 0.5) / columns, (_ROWS, columns)).astype(np.float32)
    upper, lower = np.moveaxis(look_up(lids, u), -1, 0)
    depths = _depths().astype(np.float32)
    return u, upper + depths, depths / np.maximum(lower - upper, np.float32(1e-3))


def shadow_at(shadow: NDArray[S], u: Floats, below: Floats) -> NDArray[S]:
    """A shadow (rows, columns[, n]) at u and the distance below the lid."""
    across = u * np.float32(shadow.shape[1]) - np.float32(0.5)
    return remap(shadow, across, below * np.float32((_ROWS - 1) / SHADOW_REACH))


def lower_margin(
    image: Image, frame: EyeFrame, lids: Table, disc: tuple[Floats, float], iris: Image
) -> float:
    """How far above its landmarks the lower lid covers the iris, in eye widths."""
    centre, radius = disc
    up = np.linspace(-0.03, _MARGIN_TRIED, 41)
    u = np.broadcast_to(centre[0] + radius * np.linspace(-0.6, 0.6, 15), (len(up), 15))
    v = look_up(lids, u.astype(np.float32))[..., 1] - up[:, None]
    x, y = (u - centre[0]) / radius, (v - centre[1]) / radius
    inside = np.hypot(x, y) < 0.92
    usable = inside[np.abs(up) < 0.03].all(axis=0)
    if usable.sum() < 5:
        return _USUAL_MARGIN
    side = len(iris)
    place = (side / 2 * (a / IRIS_REACH + 1) - 0.5 for a in (x, y))
    dark = remap(iris, *place).astype(np.float32)[..., :3]
    seen = sample(image, frame.pixels(u, v), cv2.INTER_LINEAR)
    lid = seen[up <= -0.02].mean(axis=0)
    contrast = np.maximum(lid - dark, 0).sum(axis=2)
    cover = np.maximum(seen - dark, 0).sum(axis=2) / np.maximum(contrast, 1)
    cover = np.where(contrast > 3 * _NOISE, np.clip(cover, 0, 1), 0)[up >= 0]
    cover[~inside[up >= 0]] = 0
    width = np.minimum.accumulate(cover, axis=0).mean(axis=0) * _MARGIN_TRIED
    return float(np.median(width[usable]))


def lash_colour(image: Image, frame: EyeFrame, lids: Table, white: Colours) -> Image:
    """The darker colour along the upper lid's edge, RGB (3,): of lashes, or of the shade of an
    edge that has none."""
    u = np.broadcast_to(np.linspace(0.15, 0.85, 40), (9, 40)).astype(np.float32)
    v = look_up(lids, u)[..., 0] + np.linspace(-0.03, 0.03, 9)[:, None]
    seen = sample(image, frame.pixels(u, v)).reshape(-1, 3)
    light = seen.mean(axis=1)
    edge = np.median(seen[light <= np.percentile(light, 30)], axis=0)
    return to_bytes(np.minimum(edge, _EDGE_SHADE * np.median(white.reshape(-1, 3), axis=0)))


def _depths() -> Floats:
    return np.linspace(0, SHADOW_REACH, _ROWS)[:, None]


def _faded(shadow: Floats, t: Floats) -> Floats:
    """The shadow, gone at the lower half of the opening and at the end of its reach."""
    kept = (1 - ramp(t, *_UPPER_HALF)) * (1 - ramp(_depths(), 0.7 * SHADOW_REACH, SHADOW_REACH))
    return cast(Floats, 1 - (1 - shadow) * (kept if shadow.ndim == 2 else kept[..., None]))


def _along(plane: Floats) -> Floats:
    return cast(Floats, cv2.GaussianBlur(
        plane.astype(np.float32), (0, 0), sigmaX=_SMOOTHING * plane.shape[1], sigmaY=0.01,
        borderType=cv2.BORDER_REPLICATE,
    ))  # fmt: skip
