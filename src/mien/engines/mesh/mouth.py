"""The inside of the mouth: the source's own, the driver's, or a painted one."""

from __future__ import annotations

import numpy as np

from mien.engines.mesh.borrowed import MouthColours, borrow, relate
from mien.engines.mesh.complexion import measure_complexion
from mien.engines.mesh.opening import Field, Opening, find_opening, lip_gap, mouth_plane
from mien.motion.pose import Pose
from mien.types import DriverPixels, Floats, Image

_LEAST_GAP = 0.03
_OWN_REACH = 1.15
"""The source's own interior, stretched, does for openings up to this many times its own."""
_RAMP = 0.05
_FEATHER = 0.008


class MouthPainter:
    """Paints the inside of one source's mouth into its warped picture."""

    def __init__(self, image: Image, landmarks: Floats, head: Floats) -> None:
        """image: the crop; landmarks (478, 3): its pixels; head (478, 3): head frame."""
        self._complexion = measure_complexion(image, landmarks)
        self._own_gap = lip_gap(head)

    def relate(self, reference: DriverPixels) -> MouthColours:
        """How this driver's interior is to be coloured; once per run."""
        driver = measure_complexion(reference.image, reference.landmarks)
        return relate(driver, self._complexion)

    def paint(
        self, picture: Image, points: Floats, head: Floats, pose: Pose,
        driver: DriverPixels | None, colours: MouthColours | None,
    ) -> None:  # fmt: skip
        """Paint the interior into the picture, in place.

        points: (478, 2+) landmarks in it; head, pose: the same in the head frame.
        """
        gap = lip_gap(head)
        growth = np.clip((gap - max(_OWN_REACH * self._own_gap, _LEAST_GAP)) / _RAMP, 0, 1)
        if growth == 0 or not np.isfinite(gap):
            return
        plane = mouth_plane(head, pose)
        feather = max(0.6, _FEATHER * pose.scale)
        opening = find_opening(points, plane, picture.shape[1::-1], feather)
        if opening is None:
            return
        interior = None
        if driver is not None and colours is not None:
            interior = borrow(opening, driver, colours, pose.scale)
        if interior is not None:
            _blend(picture, opening, interior, float(growth))


def _blend(picture: Image, opening: Opening, interior: Field, weight: float) -> None:
    region = picture[opening.box]
    mask = (opening.mask * weight)[..., None]
    region += np.rint((interior - region) * mask).astype(np.int16).astype(np.uint8)
