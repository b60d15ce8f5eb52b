"""Takes an eye apart: the white without the iris, and the iris without the lids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eyes.frame import EyeFrame, EyePoints, Plane, Table, look_up, ramp
from mien.engines.mesh.eyes.iris import (
    IRIS_REACH,
    Colours,
    complete_iris,
    fit_iris,
    sample,
    to_bytes,
)
from mien.engines.mesh.eyes.shadow import (
    lash_colour,
    lower_margin,
    shadow_at,
    shadow_on_eyeball,
    shadow_on_white,
    upper_strip,
)
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image

_MIN_WIDTH_PX = 9.0
_MIN_GAP = 0.1
"""Lid distance, in eye widths, under which an eye counts as closed in its portrait."""
_MIN_CONTRAST = 5.0
"""Grey levels by which the white must outshine the iris."""
_PALENESS_SPREAD = 14.0
"""Grey levels."""
_HALO = 1.16
"""The white starts this many iris radii from the centre: inside, the iris bleeds into it."""


@dataclass(frozen=True, slots=True)
class EyeLayers:
    """One eye of a portrait.

    centre: u, v of the iris; radius in eye widths; offset: how far the centre lies from its
        landmark, u, v. open_place: (u, t) of the centre, t from the upper lid (0) to the lower.
    white: (h, w, 4) RGBA over u 0..1 and t 0..1, opaque, without the upper lid's shadow.
    shadow: (rows, w, 4), what the upper lid leaves of the light on the white, RGB, and on the
        iris, A, from its edge down by SHADOW_REACH.
    margin: how far above its landmarks the lower lid covers the iris, in eye widths.
    lash: (3,) RGB of the lashes, or of the upper lid's edge where there are none.
    iris: (n, n, 4) uint8, unshaded, with its edge as alpha, catch-light removed.
    glint: (n, n) uint8, the catch-light, to be added.
    """

    centre: Floats
    radius: float
    offset: Floats
    open_place: Floats
    white: Image
    shadow: Image
    lash: Image
    margin: float
    iris: Image
    glint: NDArray[np.uint8]


def take_apart(image: Image, points: Floats, eye: EyePoints) -> EyeLayers | None:
    """The layers of an eye of an RGB picture with landmarks (478, 2 or 3) in its pixels; None
    where there is nothing to move: too small, shut, or an iris that cannot be told from the
    white (dark glasses)."""
    frame = EyeFrame.of(points, eye)
    lids = frame.table(points, eye.upper, eye.lower)
    gap = float((lids[0, :, 1] - lids[0, :, 0]).max())
    if frame.width < _MIN_WIDTH_PX or gap < _MIN_GAP:
        return None
    landmark = frame.place(points[eye.iris])
    disc = fit_iris(image, frame, lids, landmark)
    colours, u, v, t = _lens(image, frame, lids, gap)
    white = _without_iris(colours, frame, (u, v), disc)
    upper, lower = np.moveaxis(look_up(lids, u[:1].astype(np.float32))[0], -1, 0)
    height = lower - upper
    shadow = shadow_on_white(white, height)
    shade = shadow_at(shadow, u, t * height)
    white = np.minimum(white / shade[..., None], 255)
    iris, glint, contrast = complete_iris(image, frame, lids, disc, (white, shade))
    if contrast < _MIN_CONTRAST:
        return None
    centre, radius = disc
    upper, lower = look_up(lids, np.array([[centre[0]]], np.float32))[0, 0]
    place = np.array([centre[0], (centre[1] - upper) / max(lower - upper, 1e-3)])
    return EyeLayers(
        centre=centre,
        radius=radius,
        offset=centre - landmark[0],
        open_place=place,
        white=to_bytes(np.dstack([white, np.full(white.shape[:2], 255)])),
        shadow=_shadow(image, frame, lids, disc, (white, shadow, iris)),
        lash=lash_colour(image, frame, lids, white),
        margin=lower_margin(image, frame, lids, disc, iris),
        iris=iris,
        glint=glint,
    )


def _shadow(
    image: Image, frame: EyeFrame, lids: Table, disc: tuple[Floats, float],
    layers: tuple[Colours, Plane, Image],
) -> Image:  # fmt: skip
    (centre, radius), (white, shadow, iris) = disc, layers
    u, v, t = upper_strip(lids, white.shape[1])
    x, y = (u - centre[0]) / radius, (v - centre[1]) / radius
    ball = remap(white, u * white.shape[1] - 0.5, t * len(white) - 0.5)
    places = (len(iris) / 2 * (a / IRIS_REACH + 1) - 0.5 for a in (x, y))
    disc_colours = remap(iris, *places, border=cv2.BORDER_CONSTANT).astype(np.float32)
    alpha = disc_colours[..., 3:] / 255
    ball += (disc_colours[..., :3] - ball) * alpha
    seen = sample(image, frame.pixels(u, v))
    return shadow_on_eyeball(seen, ball, shadow, np.hypot(x, y), t)


def _lens(
    image: Image, frame: EyeFrame, lids: Table, gap: float
) -> tuple[Colours, Floats, Floats, Floats]:
    """The opening unrolled to a rectangle, columns along u, rows from lid to lid: its colours,
    and u, v and t of each."""
    columns = int(np.clip(2 * frame.width, 48, 640))
    rows = int(np.clip(2 * frame.width * gap, 24, 320))
    u, t = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    curves = look_up(lids, u.astype(np.float32))
    v = curves[..., 0] + t * (curves[..., 1] - curves[..., 0])
    return sample(image, frame.pixels(u, v)), u, v, t


def _without_iris(
    colours: Colours, frame: EyeFrame, at: tuple[Floats, Floats], disc: tuple[Floats, float]
) -> Colours:
    """The lens with the iris replaced by the white beside it, row by row from lid to lid."""
    (u, v), (centre, radius) = at, disc
    distance = np.hypot(u - centre[0], v - centre[1]) / radius
    halo = _HALO + 0.8 / (radius * frame.width)
    outside = ramp(distance, halo, halo + 0.12)
    known = outside * ramp(np.minimum(u, 1 - u), 0.03, 0.10)
    known *= np.exp(-(((distance - halo) / 0.4) ** 2)) + 1e-3
    left = _beside(colours, known * (u < centre[0]))
    right = _beside(colours, known * (u >= centre[0]))
    left, right = (
        _trust(mine, other, (room - halo * radius) / 0.18)
        for mine, other, room in ((left, right, centre[0]), (right, left, 1 - centre[0]))
    )
    across = ramp(u, centre[0] - halo * radius, centre[0] + halo * radius)[..., None]
    filled = left[:, None] * (1 - across) + right[:, None] * across
    hole = (1 - outside) * ramp(np.minimum(u, 1 - u), 0.02, 0.12)
    return colours + (filled - colours) * hole[..., None]


def _beside(colours: Colours, weight: Floats) -> Colours:
    """Mean of each row and its neighbours, (rows, 3), mostly of what is whitest there: the rest
    is the blur of the iris, veins, lashes, skin."""
    pale = colours.min(axis=2)
    weight = weight * np.exp((pale - pale.max()) / _PALENESS_SPREAD)
    total = np.concatenate([colours * weight[..., None], weight[..., None]], axis=2).sum(axis=1)
    sigma = 0.06 * len(total)
    near = cv2.GaussianBlur(
        total[:, None], (1, 2 * int(3 * sigma) + 1), sigmaX=sigma, borderType=cv2.BORDER_REPLICATE
    )[:, 0]
    total = near + 1e-3 * total.mean(axis=0) + 1e-9
    return cast(Colours, total[:, :3] / total[:, 3:])


def _trust(mine: Colours, other: Colours, room: float) -> Colours:
    """A side with little white, ``room`` < 1, is mostly the corner's shadow and skin: it is made
    like the other if that is whiter."""
    doubt = 0.8 * float(np.clip(1 - room, 0, 1))
    whiter = other.min(axis=1, keepdims=True) > mine.min(axis=1, keepdims=True)
    return cast(Colours, mine + doubt * whiter * (other - mine))
