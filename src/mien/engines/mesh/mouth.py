"""The inside of the mouth: the source's own, the driver's, or a painted one."""

from __future__ import annotations

from copy import copy

import cv2
import numpy as np

from mien.engines.mesh.borrowed import Lender, borrow, lend
from mien.engines.mesh.complexion import Complexion, interior_colours, measure_complexion
from mien.engines.mesh.opening import (
    LOWER,
    UPPER,
    Opening,
    fade,
    find_opening,
    lip_gap,
    mix,
)
from mien.engines.mesh.own_interior import OwnInterior
from mien.engines.mesh.teeth import PaintedInterior
from mien.landmarks import LEFT_EYE, RIGHT_EYE
from mien.motion.pose import Pose
from mien.types import DriverPixels, Floats, Image

_LEAST_GAP = 0.01
"""Head units: lips nearer to each other than this are closed."""
_OWN_GAP = 0.05
"""A source with a wider gap than this shows an interior of its own."""
_OWN_REACH = 1.15
_RAMP = 0.025
_CHANGE = 0.06
"""Widening over which the driver's interior takes over from the source's own."""
_FEATHER = 0.012
_FEWEST_TEETH_PX = 12
_PALE, _GREY_NOISE, _LIT = 0.7, 6.0, 0.8
"""Teeth have less chroma than that part of the skin's, and more light."""


class MouthPainter:
    """Paints the inside of one source's mouth into its warped picture."""

    def __init__(self, image: Image, landmarks: Floats, head: Floats, pose: Pose) -> None:
        """image: the crop; landmarks (478, 3): its pixels; head (478, 3), pose: the same in the
        head frame."""
        self._complexion = measure_complexion(image, landmarks)
        self._own_gap = lip_gap(head)
        self._own: OwnInterior | None = None
        teeth = None
        if self._own_gap > _OWN_GAP:
            self._own = OwnInterior(image, landmarks, head, pose, self._complexion)
            teeth = _own_teeth(image, landmarks, self._complexion)
        self._painted = PaintedInterior(self._complexion, head, pose.scale, teeth)
        self._lender: Lender | None = None

    def following(self, reference: DriverPixels) -> MouthPainter:
        """The same painter for a run of this driver, known from its reference frame. About
        15 ms."""
        follower = copy(self)
        driver = measure_complexion(reference.image, reference.landmarks)
        follower._lender = lend(driver, self._complexion)
        return follower

    def paint(
        self, picture: Image, points: Floats, head: Floats, pose: Pose, driver: DriverPixels | None
    ) -> None:
        """Paint the interior into the picture, in place.

        points: (478, 2+) landmarks in it; head, pose: the same in the head frame.
        """
        gap = lip_gap(head)
        if not (np.isfinite(gap) and gap > (_LEAST_GAP if self._own is None else 0.0)):
            return
        feather_px = max(0.6, _FEATHER * pose.scale)
        opening = find_opening(points, head, pose, picture.shape[1::-1], feather_px)
        if opening is None:
            return
        growth = float(np.clip((gap - _LEAST_GAP) / _RAMP, 0, 1))
        weight, borrowed = 0.0, None
        if driver is not None and self._lender is not None:
            weight = growth * self._driver_weight(driver)
        if driver is not None and self._lender is not None and weight > 0:
            borrowed = borrow(opening, driver, self._lender, pose.scale)
        if self._own is not None and (borrowed is None or weight < 1):
            _blend(picture, opening, self._paint_own(self._own, opening, head, pose), 1.0)
        elif borrowed is None:
            _blend(picture, opening, self._painted.paint(opening, head, pose), growth)
        if borrowed is not None:
            _blend(picture, opening, borrowed, weight)

    def _driver_weight(self, driver: DriverPixels) -> float:
        """The driver's interior is for openings wider than the source's own."""
        if self._own is None:
            return 1.0
        points = driver.landmarks[:, :2]
        eyes = points[list(RIGHT_EYE)].mean(0) - points[list(LEFT_EYE)].mean(0)
        pairs = points[LOWER[1:-1]] - points[UPPER[1:-1]]
        gap = float(np.linalg.norm(pairs, axis=1).mean() / max(np.hypot(*eyes), 1.0))
        return float(np.clip((gap - _OWN_REACH * self._own_gap) / _CHANGE, 0, 1))

    def _paint_own(self, own: OwnInterior, opening: Opening, head: Floats, pose: Pose) -> Image:
        seen, cover = own.show(opening)
        if cover.min() == 255:
            return seen
        behind = self._painted.paint(opening, head, pose, upper_teeth=own.teeth_behind)
        return mix(behind, seen, cover)


def _own_teeth(image: Image, landmarks: Floats, complexion: Complexion) -> Floats | None:
    """RGB of the source's teeth, where they show."""
    inside = interior_colours(image, landmarks)
    if len(inside) == 0:
        return None
    y, cr, cb = cv2.cvtColor(inside[None], cv2.COLOR_RGB2YCrCb)[0].astype(np.float64).T
    chroma = np.hypot(cr - 128, cb - 128)
    pale = chroma < max(_PALE * complexion.saturation, _GREY_NOISE)
    teeth = inside[pale & (y > _LIT * complexion.luma)]
    return np.median(teeth, axis=0) if len(teeth) >= _FEWEST_TEETH_PX else None


def _blend(picture: Image, opening: Opening, interior: Image, weight: float) -> None:
    region = picture[opening.box]
    region[:] = mix(region, interior, fade(opening.mask, weight))
