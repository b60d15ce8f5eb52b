"""The inside of the mouth: the source's own, the driver's, or a painted one."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from mien.engines.mesh.mouth.action import MouthAction
from mien.engines.mesh.mouth.blending import fade, mix, ramp
from mien.engines.mesh.mouth.borrowed import Lender, borrow, lend
from mien.engines.mesh.mouth.complexion import (
    Complexion,
    interior_colours,
    measure_complexion,
    teeth_in,
)
from mien.engines.mesh.mouth.opening import LOWER, UPPER, Opening, find_opening, lip_gap
from mien.engines.mesh.mouth.own_interior import OwnInterior
from mien.engines.mesh.mouth.painted import PaintedInterior
from mien.engines.mesh.mouth.seam import Seam
from mien.landmarks import INNER_LIPS, LEFT_EYE, RIGHT_EYE
from mien.motion.pose import Pose
from mien.types import DriverPixels, Floats, Image

_RIM = np.array(INNER_LIPS)
_LEAST_GAP = 0.01
"""Head units: lips nearer to each other than this are closed."""
_OWN_REACH = 1.15
"""So are lips that are hardly further apart than a closed source's own."""
_OWN_GAP = 0.05
"""A source with a wider gap than this shows an interior of its own."""
_SURELY_OWN = 0.14
"""In a film, the frame's own interior comes in between the two gaps: lips that part and close as
they speak would else switch it on and off."""
_RAMP = 0.025
_DRIVER_SHOWS, _GIVES_WAY = (0.9, 1.3), (1.5, 2.1)
"""The driver's gap against the source's own: where its interior takes over from a painted one
behind the source's own, and where the source's own gives way to it."""
_FITS = (0.7, 0.9)
"""The driver's gap against the target's."""
_NOTICED = (0.002, 0.015)
"""Movement of the lips' edges, head units, from which, and at which fully, a source's own interior
is painted anew: before that the warped picture shows it as it is."""
_FEATHER = 0.012
_FEWEST_TEETH_PX = 12


class MouthPainter:
    """Paints the inside of one source's mouth into its warped picture."""

    def __init__(self, image: Image, landmarks: Floats, head: Floats, pose: Pose) -> None:
        """image: the crop; landmarks (478, 3): its pixels; head (478, 3), pose: the same in the
        head frame."""
        self._complexion = measure_complexion(image, landmarks)
        self._teeth: Floats | None = None
        self._own_share = 1.0
        self._lender: Lender | None = None
        self._look_inside(image, landmarks, head, pose)

    def in_next(self, image: Image, landmarks: Floats, head: Floats, pose: Pose) -> MouthPainter:
        """The painter for another frame of the same film: what is between the lips is that
        frame's own, the colours of skin and teeth are the ones known already."""
        following = copy(self)
        following._look_inside(image, landmarks, head, pose)
        following._own_share = ramp(following._own_gap, (_OWN_GAP, _SURELY_OWN))
        return following

    def _look_inside(self, image: Image, landmarks: Floats, head: Floats, pose: Pose) -> None:
        self._own_gap = lip_gap(head)
        self._closed_gap = max(_LEAST_GAP, _OWN_REACH * self._own_gap)
        self._own: OwnInterior | None = None
        self._seam: Seam | None = None
        if self._own_gap > _OWN_GAP:
            self._closed_gap = 0.0
            self._resting = head[_RIM]
            self._seam = Seam(head, self._complexion)
            self._own = OwnInterior(image, landmarks, head, pose, self._complexion)
            if self._teeth is None:
                self._teeth = _own_teeth(image, landmarks, self._complexion)
        self._painted = PaintedInterior(self._complexion, head, pose.scale, self._teeth)

    def following(
        self, reference: DriverPixels, before: MouthPainter | None = None
    ) -> MouthPainter:
        """The same painter for a run of this driver, known from its reference frame. About
        15 ms, unless ``before`` is a painter of the same film that follows the same driver."""
        follower = copy(self)
        if before is not None and before._complexion is self._complexion:
            follower._lender = before._lender
        else:
            driver = measure_complexion(reference.image, reference.landmarks)
            follower._lender = lend(driver, self._complexion)
        return follower

    def paint(
        self,
        picture: Image,
        points: Floats,
        head: Floats,
        pose: Pose,
        driver: DriverPixels | None,
        *,
        action: MouthAction | None = None,
    ) -> None:
        """Paint the interior into the picture, in place.

        points: (478, 2+) landmarks in it; head, pose: the same in the head frame. action: what
        blendshapes do inside the mouth, if they move it.
        """
        self._paint_inside(picture, points, head, pose, driver, action)
        if action is not None and action.tongue_out > 0:
            row = None if self._own is None else self._own.row(action)
            tip = self._painted.upper_tip(head, row, action)
            self._painted.tongue_out.paint(
                picture, head, pose, upper_tip=tip, out=action.tongue_out
            )
        if self._seam is not None and driver is None:
            self._seam.paint(picture, points, head, pose.scale)

    def _paint_inside(
        self,
        picture: Image,
        points: Floats,
        head: Floats,
        pose: Pose,
        driver: DriverPixels | None,
        action: MouthAction | None,
    ) -> None:
        gap = lip_gap(head)
        if not (np.isfinite(gap) and gap > self._closed_gap):
            return
        feather_px = max(0.6, _FEATHER * pose.scale)
        opening = find_opening(points, head, pose, picture.shape[1::-1], feather_px)
        if opening is None:
            return
        frame = _Frame(opening, head, pose, driver, action)
        if self._own is not None:
            noticed = self._noticed(head)
            if noticed > 0:
                interior = self._around(self._own, frame)
                if (share := self._own_share) < 1:
                    foreign = self._foreign(frame)
                    interior = cast(Image, cv2.addWeighted(interior, share, foreign, 1 - share, 0))
                _blend(picture, opening, interior, noticed)
            return
        weight = ramp(gap - self._closed_gap, (0.0, _RAMP))
        _blend(picture, opening, self._foreign(frame), weight)

    def _foreign(self, frame: _Frame) -> Image:
        """The driver's interior or, where it shows none, a painted one."""
        borrowed = self._borrowed(frame)
        if borrowed is not None:
            return borrowed
        return self._painted.paint(frame.opening, frame.head, frame.pose, action=frame.action)

    def _noticed(self, head: Floats) -> float:
        moved = np.linalg.norm(head[_RIM] - self._resting, axis=1).max()
        return ramp(float(moved), _NOTICED)

    def _borrowed(self, frame: _Frame) -> Image | None:
        if frame.driver is None or self._lender is None:
            return None
        return borrow(frame.opening, frame.driver, self._lender, frame.pose.scale)

    def _around(self, own: OwnInterior, frame: _Frame) -> Image:
        """The source's own interior in front of what it does not show."""
        driver_gap = _driver_gap(frame.driver) if frame.driver is not None else 0.0
        gives_way = ramp(driver_gap / self._own_gap, _GIVES_WAY)
        if self._lender is not None:
            # the same person's mouth, as far open, is as good as one's own
            fits = ramp(driver_gap / max(frame.opening.gap, 1e-3), _FITS)
            gives_way = max(gives_way, fits * (1 - self._lender.foreignness))
        seen, cover = own.show(frame.opening, frame.action)
        cover = fade(cover, (1 - gives_way) * own.stays(frame.opening, frame.action))
        if cover.min() == 255:
            return seen
        weight = max(gives_way, ramp(driver_gap / self._own_gap, _DRIVER_SHOWS))
        return mix(self._behind(own, frame, weight), seen, cover)

    def _behind(self, own: OwnInterior, frame: _Frame, weight: float) -> Image:
        """The driver's interior, by weight, when its mouth is open enough to show something,
        else a painted one."""
        borrowed = self._borrowed(frame) if weight > 0 else None
        if borrowed is not None and weight == 1:
            return borrowed
        painted = self._painted.paint(
            frame.opening,
            frame.head,
            frame.pose,
            upper_teeth=own.teeth_behind(frame.opening, frame.action),
            upper_row=own.row(frame.action),
            action=frame.action,
        )
        if borrowed is None:
            return painted
        return cast(Image, cv2.addWeighted(painted, 1 - weight, borrowed, weight, 0))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What one frame asks for; head (478, 3) head frame."""

    opening: Opening
    head: Floats
    pose: Pose
    driver: DriverPixels | None
    action: MouthAction | None


def _driver_gap(driver: DriverPixels) -> float:
    """How far the driver's lips are apart, head units; nearly."""
    points = driver.landmarks[:, :2]
    eyes = points[list(RIGHT_EYE)].mean(0) - points[list(LEFT_EYE)].mean(0)
    pairs = points[LOWER[1:-1]] - points[UPPER[1:-1]]
    return float(np.linalg.norm(pairs, axis=1).mean() / max(np.hypot(*eyes), 1.0))


def _own_teeth(image: Image, landmarks: Floats, complexion: Complexion) -> Floats | None:
    """RGB of the source's teeth, where they show."""
    inside = interior_colours(image, landmarks)
    if len(inside) == 0:
        return None
    teeth = inside[teeth_in(inside[None], complexion)[0]]
    return np.median(teeth, axis=0) if len(teeth) >= _FEWEST_TEETH_PX else None


def _blend(picture: Image, opening: Opening, interior: Image, weight: float) -> None:
    region = picture[opening.box]
    region[:] = mix(region, interior, fade(opening.mask, weight))
