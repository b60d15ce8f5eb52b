"""Takes an eye apart: the white without the iris, and the iris without the lids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eyes.frame import EyeFrame, EyePoints, look_up, ramp
from mien.engines.mesh.eyes.iris import Colours, complete_iris, fit_iris, sample, to_bytes
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
    white: (h, w, 4) uint8 over u 0..1 and t 0..1; the last channel is the shade of the upper
        lid on what lies under it, 255 = none.
    iris: (n, n, 4) uint8, unshaded, with its edge as alpha, catch-light removed.
    glint: (n, n) uint8, the catch-light, to be added.
    """

    centre: Floats
    radius: float
    offset: Floats
    open_place: Floats
    white: Image
    iris: Image
    glint: NDArray[np.uint8]


def take_apart(image: Image, points: Floats, eye: EyePoints) -> EyeLayers | None:
    """The layers of an eye; None where there is nothing to move: too small, shut, or an iris
    that cannot be told from the white (dark glasses)."""
    frame = EyeFrame.of(points, eye)
    lids = frame.table(points, eye.upper, eye.lower)
    gap = float((lids[0, :, 1] - lids[0, :, 0]).max())
    if frame.width < _MIN_WIDTH_PX or gap < _MIN_GAP:
        return None
    landmark = frame.place(points[eye.iris])
    centre, radius = fit_iris(image, frame, lids, landmark)
    colours, u, t = _lens(image, frame, lids, gap)
    white = _without_iris(colours, frame, lids, (u, t), centre, radius)
    shade = _lid_shade(white)
    iris, glint, contrast = complete_iris(image, frame, lids, (centre, radius), (white, shade))
    if contrast < _MIN_CONTRAST:
        return None
    upper, lower = look_up(lids, np.array([[centre[0]]], np.float32))[0, 0]
    place = np.array([centre[0], (centre[1] - upper) / max(lower - upper, 1e-3)])
    shade_plane = np.repeat(shade[:, None], white.shape[1], axis=1)
    packed = np.dstack([white, shade_plane * 255])
    return EyeLayers(centre, radius, centre - landmark[0], place, to_bytes(packed), iris, glint)


def _lens(
    image: Image, frame: EyeFrame, lids: Floats, gap: float
) -> tuple[Colours, Floats, Floats]:
    """The opening unrolled to a rectangle: columns along u, rows from lid to lid."""
    columns = int(np.clip(2 * frame.width, 48, 640))
    rows = int(np.clip(2 * frame.width * gap, 24, 320))
    u, t = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    curves = look_up(lids.astype(np.float32), u.astype(np.float32))
    v = curves[..., 0] + t * (curves[..., 1] - curves[..., 0])
    return sample(image, frame.pixels(u, v)), u, t


def _without_iris(
    colours: Colours, frame: EyeFrame, lids: Floats, at: tuple[Floats, Floats],
    centre: Floats, radius: float,
) -> Colours:  # fmt: skip
    """The lens with the iris replaced by the white beside it, row by row from lid to lid."""
    u, t = at
    curves = look_up(lids.astype(np.float32), u.astype(np.float32))
    v = curves[..., 0] + t * (curves[..., 1] - curves[..., 0])
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


def _lid_shade(white: Colours) -> Floats:
    """How much darker the white is towards the upper lid, for each row, .55 to 1."""
    grey = white.mean(axis=2)[:, white.shape[1] // 5 : -(white.shape[1] // 5)]
    rows = len(grey)
    rest = np.maximum(grey[int(0.5 * rows) : int(0.75 * rows)].mean(axis=0), 1)
    share = np.median(grey / rest, axis=1)
    share[int(0.55 * rows) :] = 1
    return np.clip(np.maximum.accumulate(share), 0.55, 1)
