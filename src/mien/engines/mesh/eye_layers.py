"""Takes an eye apart: the white without the iris, and the iris without the lids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eye_frame import EyeFrame, EyePoints, Plane, look_up, ramp
from mien.types import Floats, Image

_MIN_WIDTH_PX = 9.0
_MIN_GAP = 0.1
"""Lid distance, in eye widths, under which an eye counts as closed in its portrait."""
_MIN_CONTRAST = 5.0
"""Grey levels by which the white must outshine the iris."""
IRIS_REACH = 1.3
"""Half the side of the iris picture, in iris radii."""
_HALO = 1.16
"""The white starts this many iris radii from the centre: inside, the iris bleeds into it."""
_CATCH_LIGHT = 28.0
"""Grey levels above its ring of the iris."""

Colours = NDArray[np.float32]
"""(height, width, 3), 0..255."""


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
    lids = frame.table(points[eye.upper], points[eye.lower])
    gap = float((lids[0, :, 1] - lids[0, :, 0]).max())
    if frame.width < _MIN_WIDTH_PX or gap < _MIN_GAP:
        return None
    landmark = frame.place(points[eye.iris])
    centre, radius = _fit_iris(image, frame, lids, landmark)
    colours, u, t = _lens(image, frame, lids, gap)
    white = _without_iris(colours, frame, lids, (u, t), centre, radius)
    shade = _lid_shade(white)
    iris, glint, contrast = _whole_iris(image, frame, lids, (centre, radius), (white, shade))
    if contrast < _MIN_CONTRAST:
        return None
    upper, lower = look_up(lids, np.array([[centre[0]]], np.float32))[0, 0]
    place = np.array([centre[0], (centre[1] - upper) / max(lower - upper, 1e-3)])
    shade_plane = np.repeat(shade[:, None], white.shape[1], axis=1)
    packed = np.dstack([white, shade_plane * 255])
    return EyeLayers(
        centre, radius, centre - landmark[0], place, _bytes(packed), iris, glint
    )


def _fit_iris(
    image: Image, frame: EyeFrame, lids: Floats, landmark: Floats
) -> tuple[Floats, float]:
    """Centre and radius where the step from iris to white is largest around the circle
    (Daugman 1993, integro-differential operator), kept near the landmarks."""
    start = landmark[0]
    guess = float(np.linalg.norm(landmark[1:] - start, axis=1).mean())
    guess = float(np.clip(guess, 0.1, 0.32))
    shift = np.linspace(-0.24, 0.24, 9) * guess
    scale = np.linspace(0.84, 1.28, 12)
    angle = np.arange(40) * (2 * np.pi / 40)
    dx, dy, size = np.meshgrid(shift, shift, scale, indexing="ij")
    penalty = (dx**2 + 2 * dy**2) / (0.2 * guess) ** 2 + ((size - 1) / 0.2) ** 2
    x, y, r = (start[0] + dx).ravel(), (start[1] + dy).ravel(), (guess * size).ravel()
    cos, sin = np.cos(angle), np.sin(angle)
    rim = (x[:, None] + r[:, None] * cos, y[:, None] + r[:, None] * sin)
    curves = look_up(lids.astype(np.float32), rim[0].astype(np.float32))
    margin = np.minimum(rim[1] - curves[..., 0], curves[..., 1] - rim[1])
    seen = np.clip(margin / 0.03, 0, 1) * (0.15 + cos**2)
    def ring(share: float) -> Floats:
        place = frame.pixels(
            x[:, None] + share * r[:, None] * cos, y[:, None] + share * r[:, None] * sin
        )
        return cv2.remap(image, place, None, cv2.INTER_LINEAR).astype(np.float32)

    # Any one channel will do: a lit blue iris is as light as the white, but for its red.
    step = np.clip((ring(1.14) - ring(0.88)).max(axis=2), -30, 60)
    score = (step * seen).sum(axis=1) / (seen.sum(axis=1) + 2.0)
    best = int(np.argmax(score - (1.0 + 0.06 * score.max()) * penalty.ravel()))
    return np.array([x[best], y[best]]), float(r[best])


def _lens(
    image: Image, frame: EyeFrame, lids: Floats, gap: float
) -> tuple[Colours, Floats, Floats]:
    """The opening unrolled to a rectangle: columns along u, rows from lid to lid."""
    columns = int(np.clip(2 * frame.width, 48, 640))
    rows = int(np.clip(2 * frame.width * gap, 24, 320))
    u, t = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    curves = look_up(lids.astype(np.float32), u.astype(np.float32))
    v = curves[..., 0] + t * (curves[..., 1] - curves[..., 0])
    return _sample(image, frame.pixels(u, v)), u, t


def _sample(image: Image, place: NDArray[np.float32]) -> Colours:
    picked = cv2.remap(image, place, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast(Colours, picked.astype(np.float32))


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
        _trust(mine, other, (room - halo * radius) / 0.12)
        for mine, other, room in ((left, right, centre[0]), (right, left, 1 - centre[0]))
    )
    across = ramp(u, centre[0] - halo * radius, centre[0] + halo * radius)[..., None]
    filled = left[:, None] * (1 - across) + right[:, None] * across
    return cast(Colours, colours + (filled - colours) * (1 - outside)[..., None])


def _beside(colours: Colours, weight: Floats) -> Colours:
    """Weighted mean of each row and its neighbours, (rows, 3)."""
    total = np.concatenate([colours * weight[..., None], weight[..., None]], axis=2).sum(axis=1)
    sigma = 0.06 * len(total)
    near = cv2.GaussianBlur(
        total[:, None], (1, 2 * int(3 * sigma) + 1), sigmaX=sigma, borderType=cv2.BORDER_REPLICATE
    )[:, 0]
    total = near + 1e-3 * total.mean(axis=0) + 1e-9
    return cast(Colours, total[:, :3] / total[:, 3:])


def _trust(mine: Colours, other: Colours, room: float) -> Colours:
    """A side with little white, ``room`` < 1, is mostly the corner's shadow: it is made as light
    as the other."""
    doubt = 0.8 * float(np.clip(1 - room, 0, 1))
    return cast(Colours, mine + doubt * np.maximum(other - mine, 0))


def _lid_shade(white: Colours) -> Floats:
    """How much darker the white is towards the upper lid, for each row, .4 to 1."""
    grey = white.mean(axis=2)[:, white.shape[1] // 5 : -(white.shape[1] // 5)]
    rows = len(grey)
    rest = np.maximum(grey[int(0.5 * rows) : int(0.75 * rows)].mean(axis=0), 1)
    share = np.median(grey / rest, axis=1)
    share[int(0.55 * rows) :] = 1
    return np.clip(np.maximum.accumulate(share), 0.4, 1)


def _whole_iris(
    image: Image, frame: EyeFrame, lids: Floats, disc: tuple[Floats, float],
    under: tuple[Colours, Floats],
) -> tuple[Image, NDArray[np.uint8], float]:  # fmt: skip
    """The round iris, its catch-light, and by how much the white outshines it."""
    (centre, radius), (white, shade) = disc, under
    size = int(np.clip(2 * 2 * IRIS_REACH * radius * frame.width, 24, 420))
    axis = ((np.arange(size) + 0.5) / size * 2 - 1) * IRIS_REACH
    x, y = np.meshgrid(axis, axis)
    u, v = centre[0] + x * radius, centre[1] + y * radius
    curves = look_up(lids.astype(np.float32), u.astype(np.float32))
    upper, opening = curves[..., 0], np.maximum(curves[..., 1] - curves[..., 0], 1e-3)
    t = (v - upper) / opening
    lens = np.stack([u * white.shape[1] - 0.5, t * len(white) - 0.5], -1).astype(np.float32)
    behind = cv2.remap(white, lens, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shading = np.interp(t, (np.arange(len(shade)) + 0.5) / len(shade), shade)[..., None]

    distance = np.hypot(x, y)
    softness = max(0.1, 0.9 / (radius * frame.width))
    alpha = 1 - ramp(distance, 1 - softness, 1 + softness)
    alpha = alpha * alpha * (3 - 2 * alpha)
    seen_colours = _sample(image, frame.pixels(u, v))
    share = np.maximum(alpha, 0.35)[..., None]
    own = (seen_colours - (1 - share) * behind) / share / shading
    margin = np.minimum(v - upper, opening * (1 - t)) * np.minimum(u, 1 - u).clip(0, 0.02) * 50
    seen = ramp(margin / opening, 0.05, 0.2) * ramp(alpha, 0.6, 0.9)
    whole, glint = _complete(np.clip(own, 0, 255).astype(np.float32), seen, distance)
    inside = (alpha > 0.9) & (t > 0) & (t < 1)
    contrast = float(np.median((behind - whole * shading).mean(axis=2)[inside])) if inside.any() else 0
    return _bytes(np.dstack([whole, alpha * 255])), _bytes(glint), contrast


def _complete(
    own: Colours, seen: Floats, distance: Floats
) -> tuple[Colours, Floats]:
    """The iris with its hidden parts taken from opposite ones, and the catch-light apart."""
    bins = np.minimum((distance * 12).astype(int), 15)
    pale = own.min(axis=2)  # a light is white: a bright part of a coloured iris is not
    usual = _profile(pale, bins, seen)
    if usual is None:
        return own, np.zeros_like(pale)
    excess = pale - np.interp(distance * 12 - 0.5, np.arange(16), usual)
    spread = max(_CATCH_LIGHT, 1.5 * float(np.median(np.abs(excess[seen > 0.5]))))
    spread = spread * (1 + 2 * ramp(distance, 0.75, 1.0))
    bright = ((excess > spread) & (seen > 0.02)).astype(np.uint8)
    width = max(1, round(0.05 * len(pale)))
    bright = cv2.dilate(bright, np.ones((2 * width + 1, 2 * width + 1), np.uint8))
    lit = cv2.GaussianBlur(bright.astype(np.float32), (0, 0), 0.5 * width)

    weight = (seen * (1 - lit) ** 2).astype(np.float32)
    total = np.zeros((*pale.shape, 4), np.float32)
    for trust, flipped in ((1.0, np.s_[:, :]), (3e-2, np.s_[::-1, :]), (3e-3, np.s_[::-1, ::-1]),
                           (1e-3, np.s_[:, ::-1])):
        w = (weight[flipped] * trust)[..., None]
        total += np.concatenate([own[flipped] * w, w], axis=2)
    mass = np.bincount(bins.ravel(), weight.ravel(), 16)
    known = np.flatnonzero(mass > 0.02 * mass.max())
    for_ring = [
        np.interp(np.arange(16), known, np.bincount(bins.ravel(), (own[..., c] * weight).ravel(), 16)[known] / mass[known])
        for c in range(3)
    ]
    radial = np.stack([np.interp(distance * 12 - 0.5, np.arange(16), ring) for ring in for_ring], -1)
    total += np.dstack([radial, np.ones_like(pale)]).astype(np.float32) * 1e-4
    whole = total[..., :3] / total[..., 3:]
    glint = np.clip((own - whole).min(axis=2), 0, 255) * lit * np.minimum(seen * 4, 1)
    return whole, glint


def _profile(values: Floats, bins: NDArray[np.intp], seen: Floats) -> Floats | None:
    """The usual value in each ring around the centre."""
    usual = np.full(16, np.nan)
    for i in range(16):
        ring = values[(bins == i) & (seen > 0.5)]
        if ring.size > 2:
            usual[i] = np.percentile(ring, 40)
    known = np.flatnonzero(~np.isnan(usual))
    return np.interp(np.arange(16), known, usual[known]) if known.size else None


def _bytes(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
