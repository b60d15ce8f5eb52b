"""Log gains of folds at places on the face template."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.folds.curves import Crease, Fold, Patch
from mien.motion.fields import smoothstep
from mien.types import Floats

Field = NDArray[np.float32]

_SAMPLES = 40
_TAPER = 0.4
"""Share of a crease over which it fades in, and out."""
_NARROW = 0.5
"""Its width at the ends."""
_RIM, _SWELL = 0.5, 0.35
"""How much of a slope's tilt to the light shows, against the depth: of a groove, of a swelling."""


@dataclass(frozen=True, slots=True)
class Light:
    """How folds look in one picture.

    towards: (2,) direction to the light in the picture's plane, right and down, up to length 1.
    line, groove, swell: strength of fine lines, of the wide shading around them, and of the
    shading of skin that swells beside a groove. blur: how much wider the wide shading is than on
    lined skin. finest: the smallest spread, in head units, that the grid holds.
    """

    towards: Floats
    line: float
    groove: float
    swell: float
    blur: float
    finest: float


def fold_gain(fold: Fold, x: Floats, y: Floats, light: Light, *, mirror: bool) -> Floats:
    """Log gain of a full fold at places (n,) of the template; ``mirror``: of the one on the
    person's right."""
    if isinstance(fold, Patch):
        return _patch_gain(fold, x, y, light, mirror=mirror)
    return _crease_gain(fold, x, y, light, mirror=mirror)


def _crease_gain(crease: Crease, x: Floats, y: Floats, light: Light, *, mirror: bool) -> Floats:
    path = _curve(np.array(crease.path))
    swells = crease.swells
    if mirror:
        path, swells = path * (-1.0, 1.0), -swells
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    right = along[:, ::-1] * (-1.0, 1.0)  # y points down
    nearest = ((x[:, None] - path[:, 0]) ** 2 + (y[:, None] - path[:, 1]) ** 2).argmin(axis=1)
    away = np.stack([x, y], axis=1) - path[nearest]
    forward = (away * along[nearest]).sum(axis=1)
    aside = (away * right[nearest]).sum(axis=1)
    step = np.linalg.norm(np.diff(path, axis=0), axis=1).mean()
    at = (nearest + np.clip(forward / step, -0.5, 0.5)) / (_SAMPLES - 1)
    shown = smoothstep(at, 0.0, _TAPER) * smoothstep(at, 1.0, 1.0 - _TAPER)
    lit = right[nearest] @ light.towards
    thin = _NARROW + (1 - _NARROW) * shown
    line = light.line * crease.line * _valley(aside, lit, crease.line_width * thin, light.finest)
    width = crease.soft_width * light.blur * thin
    if swells:
        soft = light.swell * _bulge(aside * swells, lit * swells, np.maximum(width, light.finest))
    else:
        soft = light.groove * _valley(aside, lit, width, light.finest)
    return np.asarray((line + crease.soft * soft) * shown)


def _patch_gain(patch: Patch, x: Floats, y: Floats, light: Light, *, mirror: bool) -> Floats:
    centre = -patch.centre[0] if mirror else patch.centre[0]
    across, down = (x - centre) / patch.size[0], (y - patch.centre[1]) / patch.size[1]
    return np.asarray(light.swell * patch.height * np.exp(-0.5 * (across**2 + down**2)))


def _curve(points: Floats) -> Floats:
    """(_SAMPLES, 2) places at even distances on a smooth curve through some points: Catmull and
    Rom's."""
    ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, 16)[:, None]
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                   + (3 * b - a - 3 * c + d) * t**3)
        )  # fmt: skip
    dense = np.concatenate(pieces)
    reached = np.r_[0, np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))]
    even = np.linspace(0, reached[-1], _SAMPLES)
    return np.stack([np.interp(even, reached, dense[:, k]) for k in (0, 1)], axis=1)


def _valley(aside: Floats, lit: Floats, width: Floats, finest: float) -> Floats:
    """Dark in a groove, and on the bank that is turned from the light; light on the other. What
    is finer than the grid is as wide as its cells and so much fainter."""
    wide = np.maximum(width, finest)
    q = aside / wide
    depth = np.exp(-0.5 * q**2)
    return np.asarray((-depth - _RIM * lit * q * depth) * (width / wide))


def _bulge(aside: Floats, lit: Floats, width: Floats) -> Floats:
    """A groove beside skin that swells on the positive side: its near slope faces the groove,
    its far one away."""
    q = aside / width
    near, far = np.exp(-0.5 * (q - 0.8) ** 2), np.exp(-0.5 * ((q - 3.4) / 1.5) ** 2)
    groove = np.exp(-0.5 * np.where(q < 0, q / 0.8, q / 1.1) ** 2)
    return np.asarray(-0.75 * groove - _SWELL * lit * (near - 0.6 * far))
