"""Closes the eyes: paints the upper lid's skin over what a closing eye would stretch.

A warped mesh pulls the lashes, the shadow above them and the iris down over the eye. A real lid
brings skin that was folded away: here the skin of the lid is painted from its crease to its edge,
and the edge itself, with its lashes, moves down unstretched.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.eyes.frame import (
    EYE_POINTS,
    EyeFrame,
    EyePoints,
    Look,
    Plane,
    look_up,
    over,
    ramp,
    rise,
)
from mien.engines.mesh.eyes.iris import Colours, sample, to_bytes
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image

_MIN_WIDTH_PX = 6.0
_OVERLAP = 0.04
"""How far beyond the eye's corners the lid goes, in eye widths."""
_FADE = (0.9, 0.45)
"""Apertures between which the painted lid fades in as the eye closes."""
_SHUT = (0.3, 0.05)
"""Apertures between which the lashes turn down."""
_RIM_ABOVE, _RIM_BELOW = 0.2, 0.12
"""How far above the upper lid's edge and below the lower one's the picture's own rim is kept
unstretched, in eye widths."""
_RIM_INSET = 0.015
"""The lower rim starts this far below its landmarks: white must not be on it."""
_HANG = 0.35
"""Length of lashes that hang down, as a share of theirs when they stand up."""
_RIM_ROWS = 32
_GRAIN_LIMIT = 9.0
"""Grey levels."""
_LINE_WIDTH = 0.028
_LINE_STRENGTH = 0.4
"""The line where shut lids meet, in eye widths, and how far it darkens lids without lashes."""


@dataclass(frozen=True, slots=True)
class _Lid:
    """One eye's lid, as pictures over u 0..1.

    skin: (n, m, 4) RGBA of the upper lid from the crease to the edge; then _RIM_ROWS more of the
        lower lid from its edge downwards by _RIM_BELOW.
    rim: (rows, m, 4) how dark the lashes are, 255 = not at all, from the edge upwards by
        _RIM_ABOVE; shut_rim: the same with the line where the lids meet.
    """

    skin: Image
    rim: Image
    shut_rim: Image


class LidPainter:
    """The two upper lids of one portrait.

    image: the crop, RGB. landmarks: (478, 3) crop pixels.
    """

    def __init__(self, image: Image, landmarks: Floats) -> None:
        self._lids = [_study(image, landmarks, eye) for eye in EYE_POINTS]
        self._looks = [Look.at(landmarks, eye) for eye in EYE_POINTS]

    def in_next(self, image: Image, landmarks: Floats) -> LidPainter:
        """The painter for another frame of the same film: with the same skin and lashes, unless
        an eye was hardly open and is now wider open."""
        following = copy(self)
        following._lids, following._looks = list(self._lids), list(self._looks)
        for side, eye in enumerate(EYE_POINTS):
            look = Look.at(landmarks, eye)
            if look.is_clearer_than(self._looks[side]):
                following._lids[side] = _study(image, landmarks, eye)
                following._looks[side] = look
        return following

    def paint(self, picture: Image, points: Floats, apertures: tuple[float, float]) -> None:
        """Paint into a warped picture (h, w, 3), in place.

        points: (478, 2 or 3), where the landmarks have gone, crop pixels. apertures: (right,
        left), how far the eyes are open, 1 = as in the portrait.
        """
        for eye, lid, aperture in zip(EYE_POINTS, self._lids, apertures, strict=True):
            if aperture < _FADE[0] and lid is not None:
                _paint(picture, points, eye, lid, aperture)


def _study(image: Image, points: Floats, eye: EyePoints) -> _Lid | None:
    frame = EyeFrame.of(points, eye)
    if frame.width < _MIN_WIDTH_PX:
        return None
    curves = frame.table(points, eye.crease, eye.upper, eye.lower)
    columns = np.linspace(0, 1, int(np.clip(1.5 * frame.width, 32, 500)))
    crease, upper, lower = look_up(curves, columns[None].astype(np.float32))[0].T
    strips = _Strips(image, frame, columns)
    skin = _skin_colour(strips, crease, upper, lower)
    rim, shut_rim = _lashes(strips, upper, skin)
    down = np.linspace(0, _RIM_BELOW, _RIM_ROWS)[:, None]
    fade = np.broadcast_to(
        255 * (1 - ramp(down, 0.5 * _RIM_BELOW, _RIM_BELOW)), (_RIM_ROWS, len(columns))
    )
    under = np.dstack([strips.at(lower + _RIM_INSET + down), fade])
    closed = _closed_lid(strips, crease, (upper, lower), skin)
    return _Lid(np.concatenate([closed, to_bytes(under)]), rim, shut_rim)


@dataclass(frozen=True, slots=True)
class _Strips:
    """Reads a portrait along its eye, at ``columns`` (n,) of u."""

    image: Image
    frame: EyeFrame
    columns: Floats

    def at(self, v: Floats) -> Colours:
        """Colours at v (rows, columns)."""
        return sample(self.image, self.frame.pixels(np.broadcast_to(self.columns, v.shape), v))

    def usual(self, rows: list[Floats], smoothing: float) -> Colours:
        """Median over a few rows v, (columns, 3), smoothed along the eye (eye widths)."""
        return self.smooth(np.median(self.at(np.stack(rows)), axis=0), smoothing)

    def smooth(self, row: Floats, sigma: float) -> Colours:
        return cast(Colours, cv2.GaussianBlur(
            row[None].astype(np.float32), (0, 0), sigmaX=sigma * len(self.columns), sigmaY=0.1,
            borderType=cv2.BORDER_REPLICATE,
        )[0])  # fmt: skip


def _skin_colour(strips: _Strips, crease: Floats, upper: Floats, lower: Floats) -> Colours:
    """Colour of the lid along the eye, (columns, 3): the lighter of what is near, because the
    darker is shadow and lashes."""
    height = upper - crease
    fold = [upper - share * height for share in np.linspace(0.45, 0.95, 7)]
    above = [upper - share * height for share in np.linspace(1.0, 1.5, 7)]
    below = [lower + share for share in np.linspace(0.16, 0.34, 7)]
    candidates = np.stack(
        [
            shade * strips.usual(rows, 0.08)
            for shade, rows in ((1.0, fold), (0.97, above), (0.85, below))
        ]
    )
    light = candidates.mean(axis=2, keepdims=True)
    weight = np.exp((light - light.max()) / 18)
    return strips.smooth((candidates * weight).sum(axis=0) / weight.sum(axis=0), 0.08)


def _closed_lid(
    strips: _Strips, crease: Floats, lids: tuple[Floats, Floats], skin: Colours
) -> Image:
    """The lid drawn down over the eye: from the colour above the crease to the lid's own,
    vaulted, with the fine structure of the skin below the eye."""
    upper, lower = lids
    length = float(np.max(lower - crease))
    rows = int(np.clip(1.5 * strips.frame.width * length, 16, 400))
    t = ((np.arange(rows) + 0.5) / rows)[:, None]
    top = strips.usual([crease + s * (upper - crease) for s in np.linspace(-0.15, 0.2, 7)], 0.04)
    vault = (1.03 - 0.2 * (t - 0.5) ** 2)[..., None]
    colour = top + (skin * vault - top) * ramp(t, 0.05, 0.45)[..., None]
    below = strips.at(lower + 0.12 + length * t).mean(axis=2)
    grain = below - cv2.GaussianBlur(below, (0, 0), max(0.03 * len(strips.columns), 1.0))
    colour = colour + np.clip(grain, -_GRAIN_LIMIT, _GRAIN_LIMIT)[..., None]
    cover = np.broadcast_to(255 * ramp(t, 0.03, 0.3), grain.shape)
    return to_bytes(np.dstack([colour, cover]))


def _lashes(strips: _Strips, upper: Floats, skin: Colours) -> tuple[Image, Image]:
    distance = np.linspace(0, _RIM_ABOVE, _RIM_ROWS)[:, None]
    share = np.minimum(strips.at(upper - distance) / np.maximum(skin, 1), 1)
    share = 0.5 * share + 0.5 * share.mean(axis=2, keepdims=True)
    fade = 1 - ramp(distance, 0.5 * _RIM_ABOVE, _RIM_ABOVE)[..., None]
    rim = 1 + (share - 1) * fade
    dark = np.percentile(share[: _RIM_ROWS // 4].reshape(-1, 3), 15, axis=0)
    width = max(_LINE_WIDTH, 0.8 / strips.frame.width)
    line = np.exp(-((distance / width) ** 2))[..., None] * _LINE_STRENGTH
    shut = rim * (1 + (np.minimum(dark, 0.6) - 1) * line)
    opaque = np.ones((*rim.shape[:2], 1))
    return to_bytes(255 * np.dstack([rim, opaque])), to_bytes(255 * np.dstack([shut, opaque]))


def _paint(picture: Image, points: Floats, eye: EyePoints, lid: _Lid, aperture: float) -> None:
    frame = EyeFrame.of(points, eye)
    curves = frame.table(points, eye.crease, eye.upper, eye.lower)
    heights = float(curves[..., 0].min()), float(curves[..., 1:].max()) + _RIM_BELOW
    height, width = picture.shape[:2]
    box = frame.box((-_OVERLAP, 1 + _OVERLAP), heights, (width, height))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    shown, shut = 1 - rise(aperture, *_FADE[::-1]), 1 - rise(aperture, *_SHUT[::-1])
    u, v = frame.grid(box)
    crease, upper, lower = cv2.split(look_up(curves, u))
    places = _Places(u, upper - v, upper - crease, v - lower)
    pixel = 1 / frame.width
    strength = ramp(np.minimum(u, 1 - u), -_OVERLAP, 0.06)
    strength *= np.float32(shown)
    part = picture[box[1] : box[3], box[0] : box[2]]
    painted = _skinned(part, lid.skin, places, pixel)
    lashed = cv2.multiply(painted, _rim(lid, places, shut, pixel), scale=1 / 255)
    part[:] = over(part, cast(Image, lashed), strength)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the pixels of a box lie, in eye widths: along the eye, above the upper lid's edge,
    how high that lid is there, below the lower lid's edge."""

    u: Plane
    above: Plane
    height: Plane
    below: Plane


def _skinned(part: Image, skin: Image, places: _Places, pixel: float) -> Image:
    """The picture with the skin of both lids, without lashes."""
    last = np.float32(len(skin) - _RIM_ROWS - 1)
    row = np.float32(1) - places.above / np.maximum(places.height, np.float32(pixel))
    row = np.minimum(row * (last + 1), last)
    row_below = places.below * np.float32((_RIM_ROWS - 1) / _RIM_BELOW) + (last + 1)
    rows = np.where(places.below > 0, row_below, row)
    layer = remap(skin, _columns(skin, places.u), rows)
    cover = ramp(places.above, -0.5 * pixel, 0.5 * pixel)
    np.maximum(cover, ramp(places.below, 0, pixel), out=cover)
    cover *= cv2.extractChannel(layer, 3)
    cover *= np.float32(1 / 255)
    return over(part, cast(Image, cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB)), cover)


def _rim(lid: _Lid, places: _Places, shut: float, pixel: float) -> Image:
    """How dark the lashes are: they stand up on an open lid and hang down from a shut one."""
    rows = (_RIM_ROWS - 1) / _RIM_ABOVE
    hanging = rows / _HANG + (1 - shut) * _RIM_ROWS / (1.5 * pixel)
    above = places.above
    row = above * np.where(above > 0, np.float32(rows / (1 - 0.6 * shut)), np.float32(-hanging))
    rim = cast(Image, cv2.addWeighted(lid.rim, 1 - shut, lid.shut_rim, shut, 0))
    return cast(Image, cv2.cvtColor(remap(rim, _columns(rim, places.u), row), cv2.COLOR_RGBA2RGB))


def _columns(texture: Image, u: Plane) -> Plane:
    return u * np.float32(texture.shape[1] - 1)
