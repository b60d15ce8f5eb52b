"""Finds the iris of a portrait and completes it: round, lit evenly, without lids over it."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eyes.frame import EyeFrame, Plane, Table, look_up, ramp
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image

Colours = NDArray[np.float32]
"""(height, width, 3), 0..255."""

IRIS_REACH = 1.3
"""Half the side of the iris picture, in iris radii."""
_RINGS = 16
_RINGS_PER_RADIUS = 12
_OUTER_RING = 8
"""An iris does not get lighter from this ring on: what is, is the white's blur."""
_CATCH_LIGHT = 28.0
"""Grey levels above its ring of the iris."""
_LID_SHADOW = 26.0
"""Grey levels below its ring at which what lies near a lid is taken for lashes."""
_MIRRORED_TRUST = 0.25
_MIRRORED_LIMIT = 12.0
"""Grey levels above its ring: lights are not mirrored."""


def fit_iris(image: Image, frame: EyeFrame, lids: Table, landmark: Floats) -> tuple[Floats, float]:
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
    curves = look_up(lids, rim[0].astype(np.float32))
    margin = np.minimum(rim[1] - curves[..., 0], curves[..., 1] - rim[1])
    seen = np.clip(margin / 0.03, 0, 1) * (0.15 + cos**2)

    def ring(share: float) -> Floats:
        place = frame.pixels(
            x[:, None] + share * r[:, None] * cos, y[:, None] + share * r[:, None] * sin
        )
        return sample(image, place, cv2.INTER_LINEAR)

    # Any one channel will do: a lit blue iris is as light as the white, but for its red. The wide
    # step finds the iris, the narrow one its edge.
    wide, narrow = (
        np.clip(cv2.max(cv2.max(red, green), blue), -30, 60)
        for red, green, blue in (
            cv2.split(ring(1 + outer) - ring(1 - inner))
            for outer, inner in ((0.14, 0.12), (0.05, 0.05))
        )
    )
    step = 0.6 * wide + 0.4 * narrow
    score = (step * seen).sum(axis=1) / (seen.sum(axis=1) + 2.0)
    best = int(np.argmax(score - (1.0 + 0.06 * score.max()) * penalty.ravel()))
    return np.array([x[best], y[best]]), float(r[best])


def complete_iris(
    image: Image, frame: EyeFrame, lids: Table, disc: tuple[Floats, float],
    under: tuple[Colours, Plane],
) -> tuple[Image, NDArray[np.uint8], float]:  # fmt: skip
    """The round iris as RGBA, its catch-light, and by how much the white outshines it.

    disc: centre (u, v) and radius. under: the white (rows, columns, 3) over u and t, and the
    share of it that the upper lid's shadow leaves (rows, columns).
    """
    (centre, radius), (white, shade) = disc, under
    size = int(np.clip(2 * 2 * IRIS_REACH * radius * frame.width, 24, 420))
    axis = ((np.arange(size) + 0.5) / size * 2 - 1) * IRIS_REACH
    x, y = np.meshgrid(axis, axis)
    distance = np.hypot(x, y)
    u, v = centre[0] + x * radius, centre[1] + y * radius
    curves = look_up(lids, u.astype(np.float32))
    t = (v - curves[..., 0]) / np.maximum(curves[..., 1] - curves[..., 0], 1e-3)
    across, along = u * white.shape[1] - 0.5, t * len(white) - 0.5
    behind = remap(white, across, along) * remap(shade, across, along)[..., None]

    seen_colours = sample(image, frame.pixels(u, v))
    beside = (np.abs(y) < 0.7 * np.abs(x)) & (np.minimum(t, 1 - t) > 0.12)
    beside &= np.minimum(u, 1 - u) > 0.06
    finest = max(0.08, 0.9 / (radius * frame.width))
    softness = max(finest, _softness(seen_colours.min(axis=2), distance, beside))
    alpha = 1 - ramp(distance, 1 - softness, 1 + softness)
    alpha = alpha * alpha * (3 - 2 * alpha)
    share = np.maximum(alpha, 0.35)[..., None]
    own = (seen_colours - (1 - share) * behind) / share
    own = np.clip(own, 0, 255).astype(np.float32)
    margin = np.minimum(t, 1 - t)
    seen = ramp(margin, 0.05, 0.2) * ramp(np.minimum(u, 1 - u), 0, 0.02)
    seen *= 1 - ramp(distance, 0.78, 0.9)
    seen *= 1 - _lashes(own, seen, distance) * (margin < 0.22)
    lit = _catch_light(own, seen, distance, np.percentile(white.reshape(-1, 3), 75, axis=0))
    whole = _fill(own, np.maximum(seen - 0.1, 0) * (1 - lit) ** 2, distance, lit)
    glint = np.clip((own - whole).min(axis=2), 0, 255) * lit * np.clip(seen * 4, 0, 1)
    shown = (alpha > 0.9) & (t > 0) & (t < 1)
    contrast = float(np.median((behind - whole).mean(axis=2)[shown])) if shown.any() else 0.0
    return to_bytes(np.dstack([whole, alpha * 255])), to_bytes(glint), contrast


def _softness(pale: Floats, distance: Floats, beside: NDArray[np.bool_]) -> float:
    """How wide the portrait draws the edge of the iris, in iris radii."""
    bins = np.arange(0.7, 1.301, 0.05)
    number = np.digitize(distance, bins) - 1
    profile = [pale[beside & (number == i)] for i in range(len(bins) - 1)]
    if min(len(values) for values in profile) < 3:
        return 0.0
    rise = np.maximum.accumulate([float(np.median(values)) for values in profile])
    if rise[-1] - rise[0] < 8:
        return 0.0
    middle = bins[:-1] + 0.025
    low, high = np.interp(rise[0] + np.array([0.25, 0.75]) * (rise[-1] - rise[0]), rise, middle)
    return float(np.clip(high - low, 0, 0.3))


def _rings(distance: Floats) -> NDArray[np.intp]:
    return np.minimum(distance * _RINGS_PER_RADIUS, _RINGS - 1).astype(np.intp)


def _usual(values: Floats, seen: Floats, distance: Floats, percentile: float) -> Floats:
    """The usual value at this distance from the centre, for each pixel."""
    rings = _rings(distance)
    usual = np.full(_RINGS, np.nan)
    for number in range(_RINGS):
        ring = values[(rings == number) & (seen > 0.5)]
        if ring.size > 2:
            usual[number] = np.percentile(ring, percentile)
    known = np.flatnonzero(~np.isnan(usual))
    if not known.size:
        return values
    usual = np.interp(np.arange(_RINGS), known, usual[known])
    place = distance * _RINGS_PER_RADIUS - 0.5
    return cast(Floats, np.interp(place, np.arange(_RINGS), usual))


def _grow(mask: NDArray[np.bool_], share: float) -> Floats:
    """A mask with margin and soft edges, both ``share`` of its side."""
    width = max(1, round(share * len(mask)))
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((2 * width + 1, 2 * width + 1), np.uint8))
    return cast(Floats, cv2.GaussianBlur(grown.astype(np.float32), (0, 0), 0.5 * width))


def _lashes(own: Colours, seen: Floats, distance: Floats) -> Floats:
    grey = own.mean(axis=2)
    return _grow(grey < _usual(grey, seen, distance, 40) - _LID_SHADOW, 0.04)


def _catch_light(own: Colours, seen: Floats, distance: Floats, white: Floats) -> Floats:
    """Where a light is mirrored, 0..1: compact, of the colour of the eye's white or lighter. A
    bright arc of the iris itself is neither."""
    pale = own.min(axis=2)
    excess = pale - _usual(pale, seen, distance, 40)
    noise = float(np.median(np.abs(excess[seen > 0.5]))) if (seen > 0.5).any() else 0.0
    needed = max(_CATCH_LIGHT, 1.5 * noise) * (1 + 4 * ramp(distance, 0.7, 0.95))
    tone = pale / np.maximum(own.max(axis=2), 1) * (white.max() / max(white.min(), 1.0))
    bright = (excess > needed) & (pale > 0.6 * white.min()) & (tone > 0.8) & (seen > 0.02)
    return _grow(_compact(bright), 0.05)


def _compact(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without its larger elongated parts."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    kept = mask.copy()
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] > 0.006 * mask.size:
            part = np.argwhere(labels == number).astype(np.float32)
            sides = cv2.minAreaRect(part)[1]
            if max(sides) > 2.2 * min(sides):
                kept[labels == number] = False
    return kept


def _fill(own: Colours, weight: Floats, distance: Floats, lit: Floats) -> Colours:
    """The iris with its hidden parts taken from across the centre, or else from their ring;
    under the catch-light from the ring."""
    weight = weight.astype(np.float32)
    rings = _rings(distance).ravel()
    mass = np.bincount(rings, weight.ravel(), _RINGS)
    known = np.flatnonzero(mass > 0.02 * mass.max())
    place = distance * _RINGS_PER_RADIUS - 0.5
    ring_colours = []
    for channel in range(3):
        total = np.bincount(rings, (own[..., channel] * weight).ravel(), _RINGS)
        mean = np.interp(np.arange(_RINGS), known, total[known] / np.maximum(mass[known], 1e-9))
        mean[_OUTER_RING:] = np.minimum(mean[_OUTER_RING:], mean[_OUTER_RING])
        ring_colours.append(np.interp(place, np.arange(_RINGS), mean))
    ring = np.stack(ring_colours, axis=-1)
    across = _MIRRORED_TRUST * weight[::-1, ::-1] * (1 - weight)
    usual = np.maximum(np.maximum(lit, 0.02), 0.3 * ramp(distance, 0.75, 0.88))
    total = (
        own * weight[..., None]
        + np.minimum(own[::-1, ::-1], ring + _MIRRORED_LIMIT) * across[..., None]
        + ring * usual[..., None]
    )
    return cast(Colours, total / (weight + across + usual)[..., None])


def sample(
    image: Image, place: NDArray[np.float32], interpolation: int = cv2.INTER_CUBIC
) -> Colours:
    """Colours at places (h, w, 2), pixels."""
    picked: Any = cv2.remap(
        image, place[..., 0], place[..., 1], interpolation, borderMode=cv2.BORDER_REPLICATE
    )
    return cast(Colours, picked.astype(np.float32))


def to_bytes(values: Floats) -> NDArray[np.uint8]:
    """Rounded, 0..255."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
