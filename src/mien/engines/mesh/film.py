"""The driver's film: its pictures in pixels, where motion frames are in head units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.engines.mesh.geometry import lay_mesh, oval_shift
from mien.engines.mesh.registration import Reading, Registration
from mien.engines.mesh.retarget import FaceShape
from mien.engines.mesh.rings import calm_rings, ring_displacement
from mien.engines.mesh.topology import BORDER_START
from mien.face import segment_portrait
from mien.landmarks import NUM_LANDMARKS
from mien.motion.pose import Pose, fit_pose, to_head, to_picture
from mien.types import DriverPixels, Floats, MotionFrame


@dataclass(frozen=True, slots=True)
class Shot:
    """What one picture of the film says.

    reading: against the reference frame. shape: the face as it was read, pose in head units.
    ring_shift: (108, 2) head units, how far flow saw the driver's surroundings move beyond what
    the model of the head says.
    """

    reading: Reading
    shape: FaceShape
    ring_shift: Floats


class Film:
    """Reads a driver's pictures against the one of its reference frame.

    stiff: as in :func:`mien.engines.mesh.rings.ring_shares`, for the source's own rings.
    """

    def __init__(self, reference: MotionFrame, pixels: DriverPixels, *, stiff: bool) -> None:
        self.registration = Registration(pixels)
        pose = fit_pose(pixels.landmarks)
        self._unit_px = pose.scale / reference.scale
        self._drift = pose.translation / self._unit_px - unit_pose(reference).translation
        self._mesh = lay_mesh(pixels.landmarks, segment_portrait(pixels.image), stiff=stiff)

    def read(self, pixels: DriverPixels, shape: FaceShape) -> Shot:
        """Read one picture. shape: what its (smoothed) motion frame says, pose in head units."""
        landmarks = to_picture(shape.head, self._in_pixels(shape.pose))
        reading = self.registration.read(DriverPixels(pixels.image, landmarks))
        pose = fit_pose(reading.landmarks)
        head = to_head(reading.landmarks, pose)
        read = FaceShape(head, self._in_units(pose))
        return Shot(reading, read, self._ring_shift(reading.rings, head, pose))

    def _in_pixels(self, pose: Pose) -> Pose:
        scale = self._unit_px
        return Pose(pose.rotation, (pose.translation + self._drift) * scale, pose.scale * scale)

    def _in_units(self, pose: Pose) -> Pose:
        scale = self._unit_px
        return Pose(pose.rotation, pose.translation / scale - self._drift, pose.scale / scale)

    def _ring_shift(self, rings: Floats, head: Floats, pose: Pose) -> Floats:
        mesh = self._mesh
        modelled = ring_displacement(mesh.rings, mesh.shares, mesh.pose, pose)
        modelled = modelled + oval_shift(mesh, head, pose)
        seen = rings - mesh.vertices[NUM_LANDMARKS:BORDER_START]
        return calm_rings((seen - modelled) / mesh.pose.scale * self.registration.rings_seen)


def unit_pose(frame: MotionFrame) -> Pose:
    """The pose of a motion frame in head units."""
    translation = np.append(np.asarray(frame.translation, np.float64), 0.0)
    return Pose(np.asarray(frame.rotation, np.float64), translation, float(frame.scale))
