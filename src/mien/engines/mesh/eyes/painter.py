"""Looks around: paints the eyes' openings anew when gaze or lids have moved.

A warped mesh takes the iris along with the lids and squeezes it with them. Here the white is a
layer that fits itself between the lids, and the iris a round disc that slides over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.eyes.frame import (
    EYE_POINTS,
    Box,
    EyeFrame,
    EyePoints,
    Plane,
    Table,
    look_up,
    over,
    ramp,
    rise,
)
from mien.engines.mesh.eyes.iris import IRIS_REACH
from mien.engines.mesh.eyes.layers import EyeLayers, take_apart
from mien.engines.mesh.eyes.shadow import shadow_at
from mien.engines.mesh.remap import remap
from mien.types import Floats, Image, Mask

_GLINT_SHARE = 0.5
"""A catch-light lies on the cornea: it moves about half as far as the iris."""
_FORESHORTENING = 0.5
"""How much the iris narrows in an eye seen from the side, as a share of how much the eye does."""
_REACH_U = 0.40
_REACH_V = 0.30
"""The iris stays within this distance of its place in the portrait, in eye widths."""
_CORNER = (0.02, 0.09)
"""The iris never covers the corners of the eye."""
_MARGIN_SOFTNESS = 0.012
"""Half the width of the edge with which the lower lid covers the iris, in eye widths."""
_LOWERED = (0.0, 0.45)
"""1 - aperture from which on a lowered lid darkens the eye, and where it does so fully."""
_DIM = 0.15
"""By how much a narrow opening darkens the whole eyeball."""
_LASH_STRENGTH, _LASH_REACH = 0.7, 0.12
"""How much of what lies under a lowered lid its lashes hide, and down to where, in eye widths."""
_LASH_CORNER = 0.2
_SOFT_EDGE = 0.015
"""A lowered lid's edge is blurred over this many eye widths."""
_FAR = (0.04, 0.16)
_FAR_GAIN = 0.3
"""Landmarks hold an iris that looks far aside too near the middle: from the first distance (eye
widths) on, growing to the second, it is moved by this share more. The eyes' own pixels fit best
so, in films of talking heads."""
_NOTICED_SHIFT = (0.01, 0.06)
_NOTICED_APERTURE = (0.02, 0.10)
"""Change of the iris's place (iris radii) and of the aperture from which, and at which fully,
the painted eye replaces the warped one."""
_OUTER_CORNERS = (33, 263)


@dataclass(frozen=True, slots=True)
class _Eye:
    """One eye of the portrait and its width there, pixels."""

    points: EyePoints
    layers: EyeLayers
    width: float


@dataclass(frozen=True, slots=True)
class _Opening:
    """An eye's opening on a box of a picture. For each pixel, in eye widths: u, the distance
    below the upper lid, and how far the lids are apart at that u."""

    frame: EyeFrame
    box: Box
    u: Plane
    below: Plane
    height: Plane

    @property
    def above(self) -> Plane:
        """Distance above the lower lid."""
        return self.height - self.below


class EyePainter:
    """The two eyes of one portrait.

    image: the crop, RGB. landmarks: (478, 3) crop pixels.
    """

    def __init__(self, image: Image, landmarks: Floats) -> None:
        self._eyes = [_study(image, landmarks, eye) for eye in EYE_POINTS]
        self._span = _span(landmarks)

    def paint(self, picture: Image, points: Floats, apertures: tuple[float, float]) -> None:
        """Paint into a warped picture (h, w, 3), in place.

        points: (478, 3), where the landmarks have gone, crop pixels. apertures: (right, left),
        how far the eyes are open, 1 = as in the portrait.
        """
        zoom = _span(points) / self._span
        for eye, aperture in zip(self._eyes, apertures, strict=True):
            if eye is not None:
                _paint(picture, points, eye, zoom, aperture)


def _study(image: Image, landmarks: Floats, points: EyePoints) -> _Eye | None:
    layers = take_apart(image, landmarks, points)
    return None if layers is None else _Eye(points, layers, EyeFrame.of(landmarks, points).width)


def _span(points: Floats) -> float:
    return max(float(np.linalg.norm(points[_OUTER_CORNERS[0]] - points[_OUTER_CORNERS[1]])), 1e-3)


def _paint(picture: Image, points: Floats, eye: _Eye, zoom: float, aperture: float) -> None:
    """zoom: of the face since the portrait."""
    layers, frame = eye.layers, EyeFrame.of(points, eye.points)
    lids = frame.table(points, eye.points.upper, eye.points.lower)
    heights = float(lids[..., 0].min()) - _SOFT_EDGE, float(lids[..., 1].max())
    height, width = picture.shape[:2]
    box = frame.box((0, 1), heights, (width, height))
    if (heights[1] - heights[0]) * frame.width < 1.5 or box[0] >= box[2] or box[1] >= box[3]:
        return
    centre, shift = _iris_place(frame.place(points[eye.points.iris[:1]])[0], layers, lids)
    strength = max(
        rise(float(np.hypot(*shift)) / layers.radius, *_NOTICED_SHIFT),
        rise(abs(aperture - 1), *_NOTICED_APERTURE),
    )
    if strength <= 0:
        return
    opening, lowered = _opening(frame, box, lids), rise(1 - aperture, *_LOWERED)
    radius = _radii(layers.radius, zoom * eye.width / frame.width)
    painted = _eyeball(opening, layers, lowered, (centre, radius), shift)
    edge = 0.5 / frame.width
    alpha = ramp(opening.above, -edge, edge)
    soft = edge + _SOFT_EDGE * lowered
    alpha *= ramp(opening.below, -soft, soft)
    alpha *= np.float32(strength)
    part = picture[box[1] : box[3], box[0] : box[2]]
    part[:] = over(part, painted, alpha)


def _opening(frame: EyeFrame, box: Box, lids: Table) -> _Opening:
    u, v = frame.grid(box)
    upper, lower = cv2.split(look_up(lids, u))
    return _Opening(frame, box, u, v - upper, lower - upper)


def _eyeball(
    opening: _Opening, layers: EyeLayers, lowered: float, disc: tuple[Floats, Floats], shift: Floats
) -> Image:
    """What fills the opening. disc: centre and half axes of the iris, u and v; shift: how far
    that is from where the lids would take it. lowered: 0..1, of the upper lid."""
    u, below = opening.u, opening.below
    rows, columns = layers.white.shape[:2]
    t = below / np.maximum(opening.height, np.float32(1e-3))
    t *= np.float32(rows)
    white = remap(layers.white, u * np.float32(columns) - np.float32(0.5), t - np.float32(0.5))
    dim = 1 - _DIM * lowered
    shadow = shadow_at(layers.shadow, u, below)
    painted = cv2.cvtColor(cv2.multiply(white, shadow, scale=dim / 255), cv2.COLOR_RGBA2RGB)
    painted = cast(Image, painted)
    shade = cast(Mask, cv2.convertScaleAbs(cv2.extractChannel(shadow, 3), alpha=dim))
    _paint_iris(painted, shade, opening, disc, (layers, shift))
    return _lashed(painted, layers.lash, u, below, lowered) if lowered > 0 else painted


def _lashed(painted: Image, colour: Image, u: Plane, below: Plane, lowered: float) -> Image:
    """The eyeball behind the lashes of a lowered lid."""
    lashes = ramp(below, _LASH_REACH, 0)
    lashes *= ramp(np.minimum(u, 1 - u), 0, _LASH_CORNER)
    lashes *= np.float32(_LASH_STRENGTH * lowered)
    return over(painted, cast(Image, cv2.min(painted, np.full_like(painted, colour))), lashes)


def _iris_place(landmark: Floats, layers: EyeLayers, lids: Table) -> tuple[Floats, Floats]:
    """Where the iris goes (u, v), and how far that is from where the lids would take it."""
    rest = layers.centre
    move = landmark + layers.offset - rest
    move *= 1 + _FAR_GAIN * rise(float(np.hypot(*move)), *_FAR)
    move = np.clip(move, (-_REACH_U, -_REACH_V), (_REACH_U, _REACH_V))
    at = np.array([[layers.open_place[0]]], np.float32)
    upper, lower = look_up(lids, at)[0, 0]
    carried = np.array([rest[0], upper + layers.open_place[1] * (lower - upper)])
    return rest + move, rest + move - carried


def _radii(radius: float, turned: float) -> Floats:
    """Half axes along u and v, in eye widths of now, of an iris with a radius in the portrait.

    turned: width of the eye if it faced as in the portrait over its width now."""
    radius *= turned
    narrowing = 1 + _FORESHORTENING * (min(1 / max(turned, 1e-3), 1.0) - 1)
    return np.array([radius * narrowing, radius])


def _paint_iris(
    painted: Image,
    shade: Mask,
    opening: _Opening,
    disc: tuple[Floats, Floats],
    what: tuple[EyeLayers, Floats],
) -> None:
    frame, box = opening.frame, opening.box
    (centre, radius), (layers, shift) = disc, what
    reach = radius * IRIS_REACH
    low, high = (centre - reach).tolist(), (centre + reach).tolist()
    x0, y0, x1, y1 = frame.box((low[0], high[0]), (low[1], high[1]), (box[2], box[3]))
    x0, y0 = max(x0, box[0]), max(y0, box[1])
    if x0 >= x1 or y0 >= y1:
        return
    u, v = frame.grid((x0, y0, x1, y1))
    side = len(layers.iris)
    x, y = (
        (plane - np.float32(c)) * np.float32(side / (2 * r)) + np.float32(side / 2 - 0.5)
        for plane, c, r in zip((u, v), centre, reach, strict=True)
    )
    iris = remap(layers.iris, x, y, border=cv2.BORDER_CONSTANT)
    back = (1 - _GLINT_SHARE) * shift / reach * (side / 2)
    x += np.float32(back[0])
    y += np.float32(back[1])
    glint = remap(layers.glint, x, y, border=cv2.BORDER_CONSTANT)
    inside = np.s_[y0 - box[1] : y1 - box[1], x0 - box[0] : x1 - box[0]]
    part, shade = painted[inside], shade[inside]
    colour = cv2.add(cv2.cvtColor(iris, cv2.COLOR_RGBA2RGB), cv2.merge([glint, glint, glint]))
    lit = cast(Image, cv2.multiply(colour, cv2.merge([shade, shade, shade]), scale=1 / 255))
    alpha = iris[..., 3] * np.float32(1 / 255)
    alpha *= ramp(np.minimum(u, 1 - u), *_CORNER)
    soft = max(0.5 / frame.width, _MARGIN_SOFTNESS)
    alpha *= ramp(opening.above[inside], layers.margin - soft, layers.margin + soft)
    part[:] = over(part, lit, alpha)
