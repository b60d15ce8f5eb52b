"""Closes the eyes: paints the upper lid's skin over what a closing eye would stretch.

A warped mesh pulls the lashes, the shadow above them and the iris down over the eye. A real lid
brings skin that was folded away: here the skin of the lid is painted from its crease to its edge,
and the edge itself, with its lashes, moves down unstretched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.eye_frame import (
    EYE_POINTS,
    EyeFrame,
    EyePoints,
    Plane,
    look_up,
    ramp,
    tabulate,
)
from mien.engines.mesh.iris import Colours, sample
from mien.types import Floats, Image

_MIN_WIDTH_PX = 6.0
_COLUMNS = np.linspace(0.0, 1.0, 49)
_FADE = (0.95, 0.6)
"""Apertures between which the painted lid fades in as the eye closes."""
_SHUT = (0.45, 0.12)
"""Apertures between which the lashes turn down."""
_RIM_ABOVE, _RIM_BELOW = 0.12, 0.12
"""How far above the upper lid's edge and below the lower one's the picture's own rim is kept
unstretched, in eye widths."""
_RIM_ROWS = 24
_GRAIN_LIMIT = 14.0


@dataclass(frozen=True, slots=True)
class _Lid:
    """One eye's lid. skin: table over u of its colour, and of the colour above its crease
    (6 channels). lashes: its edge's colour (3,).
    rim: (rows, columns, 3) share of the skin's colour from the edge upwards by _RIM_ABOVE.
    under: (rows, columns, 3) colours from the lower edge downwards by _RIM_BELOW.
    grain: (n, m) fine structure of the skin below the eye, in grey levels, ``density`` pixels
    per eye width. gap: largest distance between the lids, eye widths."""

    skin: NDArray[np.float32]
    lashes: NDArray[np.float32]
    rim: Image
    under: Image
    grain: Plane
    density: float


class LidPainter:
    """The two upper lids of one portrait.

    image: the crop, RGB. landmarks: (478, 3) crop pixels.
    """

    def __init__(self, image: Image, landmarks: Floats) -> None:
        self._lids = [_study(image, landmarks, eye) for eye in EYE_POINTS]

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
    curves = frame.table(points[eye.crease], points[eye.upper], points[eye.lower])
    crease, upper, lower = look_up(curves, _COLUMNS[None].astype(np.float32))[0].T
    skin = _skin(image, frame, crease, upper, lower)
    above = np.linspace(0, _RIM_ABOVE, _RIM_ROWS)[:, None]
    rim = _strip(image, frame, upper - above) / np.maximum(skin, 1)
    near = rim[: _RIM_ROWS // 3] * skin
    lashes = np.minimum(
        np.percentile(near.reshape(-1, 3), 15, axis=0), 0.6 * skin.mean(axis=0)
    ).astype(np.float32)
    below = np.linspace(0, _RIM_BELOW, _RIM_ROWS)[:, None]
    under = _strip(image, frame, lower + below)
    return _Lid(
        tabulate(np.concatenate([skin, _above(image, frame, crease, upper)], axis=1), _COLUMNS),
        lashes,
        np.clip(np.rint(rim * 200), 0, 230).astype(np.uint8),
        np.clip(np.rint(under), 0, 255).astype(np.uint8),
        *_grain(image, frame, lower),
    )


def _strip(image: Image, frame: EyeFrame, v: Floats) -> Colours:
    """Colours along the eye at v (rows, columns)."""
    return sample(image, frame.pixels(np.broadcast_to(_COLUMNS, v.shape), v))


def _skin(image: Image, frame: EyeFrame, crease: Floats, upper: Floats, lower: Floats) -> Colours:
    """Colour of the lid along the eye, (columns, 3): the lightest of what is near, because the
    darker ones are shadow and lashes."""
    height = upper - crease
    fold = [upper - share * height for share in np.linspace(0.45, 0.95, 7)]
    above = [upper - share * height for share in np.linspace(1.0, 1.5, 7)]
    below = [lower + share for share in np.linspace(0.16, 0.34, 7)]
    candidates = np.stack(
        [
            shade * np.median(_strip(image, frame, np.stack(rows)), axis=0)
            for shade, rows in ((1.0, fold), (0.97, above), (0.85, below))
        ]
    )
    candidates = np.stack([_smooth(c, 4) for c in candidates])
    weight = np.exp((candidates.mean(axis=2) - candidates.mean(axis=2).max()) / 18)[..., None]
    return _smooth((candidates * weight).sum(axis=0) / weight.sum(axis=0), 4)


def _above(image: Image, frame: EyeFrame, crease: Floats, upper: Floats) -> Colours:
    rows = [crease + share * (upper - crease) for share in np.linspace(-0.15, 0.2, 7)]
    return _smooth(np.median(_strip(image, frame, np.stack(rows)), axis=0), 2)


def _smooth(row: Floats, sigma: float) -> Colours:
    return cast(Colours, cv2.GaussianBlur(
        row[None].astype(np.float32), (0, 0), sigmaX=sigma, sigmaY=0.1,
        borderType=cv2.BORDER_REPLICATE,
    )[0])  # fmt: skip


def _grain(image: Image, frame: EyeFrame, lower: Floats) -> tuple[Plane, float]:
    density = float(np.clip(frame.width, 16, 400))
    rows, columns = max(int(0.42 * density), 4), int(density)
    u, v = np.meshgrid(np.arange(columns) / density, np.arange(rows) / density)
    place = frame.pixels(u, v + 0.12 + np.interp(u, _COLUMNS, lower))
    grey = sample(image, place).mean(axis=2)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), max(0.03 * density, 1.0))
    return np.clip(fine, -_GRAIN_LIMIT, _GRAIN_LIMIT).astype(np.float32), density


def _paint(picture: Image, points: Floats, eye: EyePoints, lid: _Lid, aperture: float) -> None:
    frame = EyeFrame.of(points, eye)
    curves = frame.table(points[eye.crease], points[eye.upper], points[eye.lower])
    top, bottom = float(curves[..., 0].min()), float(curves[..., 1:].max())
    size = np.array(picture.shape[1::-1])
    box = frame.box(0, top, 1, bottom + _RIM_BELOW, size)
    if frame.width < 4 or box[0] >= box[2] or box[1] >= box[3]:
        return
    shown = 1 - float(ramp(np.float32(aperture), _FADE[1], _FADE[0]))
    shut = 1 - float(ramp(np.float32(aperture), _SHUT[1], _SHUT[0]))
    u, v = frame.grid(box)
    bend = look_up(curves, u)
    crease, upper, lower = bend[..., 0], bend[..., 1], bend[..., 2]
    pixel = np.float32(1 / frame.width)
    ends = ramp(np.minimum(u, 1 - u), -0.02, 0.1) * np.float32(shown)
    part = picture[box[1] : box[3], box[0] : box[2]]
    warped = part.astype(np.float32)

    under = _rim(lid.under, u, v - lower, _RIM_BELOW)
    keep = ramp(v - lower, 0.0, float(pixel)) * (1 - ramp(v - lower, 0.5 * _RIM_BELOW, _RIM_BELOW))
    warped += (under - warped) * (keep * ends)[..., None]

    above = upper - v
    t = above / np.minimum(crease - upper, -pixel) + 1
    colours = look_up(lid.skin, u)
    skin, over = colours[..., :3], colours[..., 3:]
    skin *= (np.float32(1.03) - np.float32(0.2) * (t - np.float32(0.5)) ** 2)[..., None]
    skin = over + (skin - over) * ramp(t, 0.05, 0.45)[..., None]
    skin += _grain_at(lid, u, v - crease)[..., None]
    warped += (skin - warped) * (
        ramp(t, 0.03, 0.3) * ramp(above, -0.5 * float(pixel), 0.5 * float(pixel)) * ends
    )[..., None]

    # The lashes stand up on an open lid and hang down from a shut one.
    up, down = _RIM_ABOVE * (1 - 0.6 * shut), 0.7 * _RIM_ABOVE
    reach = 1 - ramp(np.abs(above), 0.3 * up, up)
    reach *= np.where(
        above > 0, np.float32(1), (1 - ramp(-above, 0.3 * down, down)) * np.float32(shut)
    )
    share = _rim(lid.rim, u, np.abs(above), _RIM_ABOVE) * np.float32(1 / 200)
    warped *= 1 + (share - 1) * (reach * ends)[..., None]
    if shut > 0:
        thick = np.float32(max(0.028, 0.8 * float(pixel)))
        line = np.exp(-((above / thick + np.float32(0.3)) ** 2)) * ends
        warped += (lid.lashes - warped) * (line * np.float32(0.4 * shut))[..., None]
    part[:] = np.clip(warped + np.float32(0.5), 0, 255)


def _rim(strip: Image, u: Plane, distance: Plane, reach: float) -> Colours:
    rows, columns = strip.shape[:2]
    return cast(Colours, cv2.remap(
        strip, u * np.float32(columns - 1), distance * np.float32((rows - 1) / reach),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32))  # fmt: skip


def _grain_at(lid: _Lid, u: Plane, down: Plane) -> Plane:
    scale = np.float32(lid.density)
    return cast(Plane, cv2.remap(
        lid.grain, u * scale, down * scale, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    ))  # fmt: skip
