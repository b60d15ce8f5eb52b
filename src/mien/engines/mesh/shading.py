"""Wrinkles and folds: carries the change of the driver's skin shading to the source.

The ratio of two pictures of the same skin in register is the change of its shading, whatever its
colour (Liu, Shan, Zhang 2001, expression ratio images). Wide changes are left out: they are light
that moves over a turning head, not expression.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.gain import Gain
from mien.engines.mesh.geometry import FaceMesh
from mien.engines.mesh.raster import Triangles
from mien.engines.mesh.registration import SIDE_PX, Field, Registration
from mien.engines.mesh.remap import remap
from mien.engines.mesh.topology import OVAL, SKIN
from mien.landmarks import LEFT_BROW, LEFT_EYE, NUM_LANDMARKS, OUTER_LIPS, RIGHT_BROW, RIGHT_EYE
from mien.types import Floats, Mask

STEP = 4
"""The gain is kept at a quarter of the crop's resolution."""
_OFFSET = 10.0
"""Grey levels added before the logarithm, so that dark noise stays small."""
_LIMIT = 0.3
_THRESHOLD = 0.02
_SMOOTHING = 0.6
"""Weight of the newest frame."""
_STRENGTH = 0.8
_WIDE_PX = 5.0
_NOSTRILS = (98, 97, 2, 326, 327, 94, 19)


class ShadingTransfer:
    """Shading of one driver, measured in its reference's crop, for one source mesh.

    ``strength``: 0..1, how much of it is carried over.
    """

    def __init__(
        self, registration: Registration, mesh: FaceMesh, *, strength: float = 1.0
    ) -> None:
        self._strength = np.float32(_STRENGTH * strength)
        rest = _log(registration.luma)
        # What merely moved by a pixel (rims of glasses, moles, hair) lies within the range of
        # its surroundings in the reference: it is not shading.
        kernel = np.ones((3, 3), np.uint8)
        self._brightest, self._darkest = cv2.dilate(rest, kernel), cv2.erode(rest, kernel)
        self._mask, self._valid = _masks(registration.mesh)
        self._valid_wide = _wide(self._valid) + np.float32(1e-3)
        self._registration = registration
        self._smoothed: Field | None = None
        self.move_to(mesh)

    def move_to(self, mesh: FaceMesh) -> None:
        """Go on with another mesh of the same face: the next frame of a film."""
        self._to_reference = _map_to_reference(mesh, self._registration)

    def gain(self, luma: Field, trust: Field) -> Gain:
        """Log gain for the source at rest, all over its crop."""
        now = _log(luma)
        ratio = np.maximum(now - self._brightest, 0) + np.minimum(now - self._darkest, 0)
        ratio -= _wide(ratio * self._valid) / self._valid_wide
        ratio -= np.clip(ratio, -_THRESHOLD, _THRESHOLD)
        ratio = np.clip(ratio, -_LIMIT, _LIMIT) * self._mask * trust
        if self._smoothed is None:
            self._smoothed = ratio
        self._smoothed = self._smoothed * (1 - _SMOOTHING) + ratio * _SMOOTHING
        x, y = self._to_reference
        return Gain(remap(self._smoothed, x, y) * self._strength, STEP)


def _log(luma: Field) -> Field:
    return cast(Field, cv2.log(cv2.GaussianBlur(luma, (0, 0), 0.8) + _OFFSET))


def _wide(image: Field) -> Field:
    small = cv2.resize(image, (SIDE_PX // 4, SIDE_PX // 4), interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), _WIDE_PX / 4)
    return cast(Field, cv2.resize(wide, (SIDE_PX, SIDE_PX)))


def _masks(points: Floats) -> tuple[Field, Field]:
    """Where shading is carried over (feathered), and which skin counts for the wide mean."""

    def area(indices: tuple[int, ...], margin: int) -> Mask:
        mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        hull = cv2.convexHull(np.rint(points[list(indices), :2]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 255)
        kernel = np.ones((abs(margin), abs(margin)), np.uint8)
        return cast(Mask, (cv2.dilate if margin > 0 else cv2.erode)(mask, kernel))

    face = area(tuple(OVAL), -7)
    holes = area(RIGHT_EYE, 5) | area(LEFT_EYE, 5) | area(OUTER_LIPS, 5)
    valid = face & ~holes
    kept = valid & ~(area(RIGHT_BROW, 3) | area(LEFT_BROW, 3) | area(_NOSTRILS, 3))
    feathered = cv2.GaussianBlur(kept, (0, 0), 1.8)
    return _unit(cast(Mask, feathered)), _unit(valid)


def _unit(mask: Mask) -> Field:
    return mask.astype(np.float32) / np.float32(255)


def _map_to_reference(mesh: FaceMesh, registration: Registration) -> Field:
    width, height = mesh.size
    size = (-(-width // STEP), -(-height // STEP))
    skin = Triangles(SKIN, registration.mesh[:NUM_LANDMARKS])
    place, covered = skin.draw(mesh.landmarks, size, step=STEP)
    place[:, ~covered] = -1
    return place
