"""Looks around: paints the eyes' openings anew when gaze or lids have moved.

A warped mesh takes the iris along with the lids and squeezes it with them. Here the white is a
layer that fits itself between the lids, and the iris a round disc that slides over it.
"""

from __future__ import annotations

import cv2
import numpy as np

from mien.engines.mesh.eye_frame import EYE_POINTS, Box, EyeFrame, EyePoints, look_up
from mien.engines.mesh.eye_layers import EyeLayers, take_apart
from mien.engines.mesh.iris import IRIS_REACH
from mien.types import Floats, Image

_GLINT_SHARE = 0.5
"""A catch-light lies on the cornea: it moves about half as far as the iris."""
_FORESHORTENING = 0.5
_REACH_U = 0.40
_REACH_V = 0.30
"""The iris stays within this distance of its place in the portrait, in eye widths."""
_NOTICED_SHIFT = (0.01, 0.06)
_NOTICED_APERTURE = (0.02, 0.10)
"""Change of the iris's place (iris radii) and of the aperture from which, and at which fully,
the painted eye replaces the warped one."""
_OUTER_CORNERS = (33, 263)


class EyePainter:
    """The two eyes of one portrait.

    image: the crop, RGB. landmarks: (478, 3) crop pixels.
    """

    def __init__(self, image: Image, landmarks: Floats) -> None:
        self._eyes = [take_apart(image, landmarks, eye) for eye in EYE_POINTS]
        self._widths = [EyeFrame.of(landmarks, eye).width for eye in EYE_POINTS]
        self._span = _span(landmarks)

    def paint(self, picture: Image, points: Floats, apertures: tuple[float, float]) -> None:
        """Paint into a warped picture (h, w, 3), in place.

        points: (478, 3), where the landmarks have gone, crop pixels. apertures: (right, left),
        how far the eyes are open, 1 = as in the portrait.
        """
        zoom = _span(points) / self._span
        for eye, layers, width, aperture in zip(
            EYE_POINTS, self._eyes, self._widths, apertures, strict=True
        ):
            if layers is not None:
                _paint(picture, points, eye, layers, zoom * width, aperture)


def _span(points: Floats) -> float:
    return max(float(np.linalg.norm(points[_OUTER_CORNERS[0]] - points[_OUTER_CORNERS[1]])), 1e-3)


def _paint(
    picture: Image, points: Floats, eye: EyePoints, layers: EyeLayers, unturned: float,
    aperture: float,
) -> None:  # fmt: skip
    """unturned: the width that the eye would have if it faced as in the portrait."""
    frame = EyeFrame.of(points, eye)
    lids = frame.table(points[eye.upper], points[eye.lower])
    top, bottom = float(lids[..., 0].min()), float(lids[..., 1].max())
    size = np.array(picture.shape[1::-1])
    box = frame.box(0, top, 1, bottom, size)
    if (
        frame.width < 4
        or (bottom - top) * frame.width < 1.5
        or box[0] >= box[2]
        or box[1] >= box[3]
    ):
        return
    centre, shift = _iris_place(frame.place(points[eye.iris[:1]])[0], layers, lids)
    strength = max(
        _rise(float(np.hypot(*shift)) / layers.radius, *_NOTICED_SHIFT),
        _rise(abs(aperture - 1), *_NOTICED_APERTURE),
    )
    if strength <= 0:
        return
    u, v = frame.grid(box)
    curves = look_up(lids, u)
    below, opening = v - curves[..., 0], curves[..., 1] - curves[..., 0]
    room = np.minimum(below, opening - below) * np.float32(frame.width)
    alpha = np.clip(room + np.float32(0.5), 0, 1) * np.float32(strength)
    rows, columns = layers.white.shape[:2]
    t = below / np.maximum(opening, np.float32(1e-3))
    white = cv2.remap(
        layers.white, u * np.float32(columns) - np.float32(0.5),
        t * np.float32(rows) - np.float32(0.5),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)  # fmt: skip
    painted = np.ascontiguousarray(white[..., :3])
    radius = _radii(layers.radius * unturned / frame.width, unturned / frame.width)
    _paint_iris(painted, white[..., 3], (frame, box), (centre, radius), (layers, shift))
    part = picture[box[1] : box[3], box[0] : box[2]]
    part[:] = part + (painted - part) * alpha[..., None] + np.float32(0.5)


def _iris_place(landmark: Floats, layers: EyeLayers, lids: Floats) -> tuple[Floats, Floats]:
    """Where the iris goes (u, v), and how far that is from where the lids would take it."""
    rest = layers.centre
    move = np.clip(landmark + layers.offset - rest, (-_REACH_U, -_REACH_V), (_REACH_U, _REACH_V))
    at = np.array([[layers.open_place[0]]], np.float32)
    upper, lower = look_up(lids, at)[0, 0]
    carried = np.array([rest[0], upper + layers.open_place[1] * (lower - upper)])
    return rest + move, rest + move - carried


def _radii(radius: float, turned: float) -> Floats:
    """Half axes of the iris along u and v, in eye widths of now.

    turned: width of the eye as it faced in the portrait over its width now."""
    narrowing = 1 + _FORESHORTENING * (min(1 / max(turned, 1e-3), 1.0) - 1)
    return np.array([radius * narrowing, radius])


def _paint_iris(
    painted: Floats, shade: Floats, where: tuple[EyeFrame, Box], disc: tuple[Floats, Floats],
    what: tuple[EyeLayers, Floats],
) -> None:  # fmt: skip
    (frame, box), (centre, radius), (layers, shift) = where, disc, what
    reach = radius * IRIS_REACH
    low, high = centre - reach, centre + reach
    inner = frame.box(low[0], low[1], high[0], high[1], np.array(box[2:]))
    inner = (max(inner[0], box[0]), max(inner[1], box[1]), inner[2], inner[3])
    if inner[0] >= inner[2] or inner[1] >= inner[3]:
        return
    u, v = frame.grid(inner)
    side = len(layers.iris)
    x, y = (
        (plane - np.float32(c)) * np.float32(side / (2 * r)) + np.float32(side / 2 - 0.5)
        for plane, c, r in ((u, centre[0], reach[0]), (v, centre[1], reach[1]))
    )
    iris = cv2.remap(layers.iris, x, y, cv2.INTER_LINEAR).astype(np.float32)
    part = np.s_[inner[1] - box[1] : inner[3] - box[1], inner[0] - box[0] : inner[2] - box[0]]
    back = (1 - _GLINT_SHARE) * shift / reach * (side / 2)
    glint = cv2.remap(
        layers.glint, x + np.float32(back[0]), y + np.float32(back[1]), cv2.INTER_LINEAR
    )
    colour = iris[..., :3] * (shade[part] * np.float32(1 / 255))[..., None]
    colour += glint[..., None]
    colour -= painted[part]
    painted[part] += colour * (iris[..., 3:] * np.float32(1 / 255))
    np.minimum(painted, 255, out=painted)


def _rise(value: float, start: float, end: float) -> float:
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return share * share * (3 - 2 * share)
