"""From motion frames to targets: one run of one driver over one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mien.engines.mesh.geometry import FaceMesh, lay_mesh, oval_shift
from mien.engines.mesh.registration import Reading, Registration
from mien.engines.mesh.retarget import (
    FaceShape,
    Target,
    apertures,
    retarget,
    retarget_pose,
    weigh_expression,
)
from mien.engines.mesh.rings import calm_rings, ring_displacement
from mien.engines.mesh.topology import BORDER_START, NUM_RINGS, RING_SIZE
from mien.face import segment_portrait
from mien.landmarks import NUM_LANDMARKS
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes import pose_face
from mien.motion.neutral import neutralise
from mien.motion.pose import Pose, fit_pose, to_head, to_picture
from mien.types import DriverPixels, Floats, Motion, MotionFrame, MotionOptions

_NO_SHIFT = np.zeros((NUM_RINGS * RING_SIZE, 2))
_FULL_ACTIVITY = 0.4
"""Sum of expression weights at which the portrait's own expression has given way."""
_EYES = np.array([name.startswith("eye") for name in SHAPE_INDEX])


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame asks of the source.

    ring_shift: (108, 2) crop pixels, motion around the face beyond the head's own.
    reading: the driver's registered frame; None without a picture. driver: its latest pixels;
    None when there were none yet.
    """

    target: Target
    ring_shift: Floats
    reading: Reading | None = None
    driver: DriverPixels | None = None


class Follower(Protocol):
    """Turns the frames of one motion into steps, in order."""

    def follow(self, frame: MotionFrame) -> Step: ...


class ExpressionFollower:
    """Follows blendshapes and pose: emotions, idling, speech, performances."""

    def __init__(self, mesh: FaceMesh, reference: MotionFrame, options: MotionOptions) -> None:
        self._mesh, self._reference, self._options = mesh, reference, options
        self._expressionless = neutralise(mesh.head)[0]

    def follow(self, frame: MotionFrame) -> Step:
        options = self._options
        weights = (frame.blendshapes - self._reference.blendshapes) * options.multiplier
        activity = float(np.abs(weights[~_EYES]).sum()) / _FULL_ACTIVITY
        fade = min(1.0, activity) if options.relative else 1.0
        neutral = self._mesh.head + (self._expressionless - self._mesh.head) * fade
        posed = pose_face(neutral, weights, frame.closure)
        head = weigh_expression(self._mesh.head, posed, options.region)
        pose = retarget_pose(self._mesh.pose, unit_pose(self._reference), unit_pose(frame), options)
        target = Target(head, pose, apertures(head, self._mesh.head))
        return Step(target, _NO_SHIFT)


class LandmarkFollower:
    """Follows a face seen in pictures, by flow where there are pixels."""

    def __init__(self, mesh: FaceMesh, reference: MotionFrame, options: MotionOptions) -> None:
        assert reference.landmarks is not None
        self._mesh, self._options = mesh, options
        self._source = FaceShape(mesh.head, mesh.pose)
        self._reference = FaceShape(
            np.asarray(reference.landmarks, np.float64), unit_pose(reference)
        )
        if not options.relative:
            self._source = FaceShape(neutralise(mesh.head)[0], mesh.pose)
            self._reference = FaceShape(neutralise(self._reference.head)[0], self._reference.pose)
        self._shift: Floats = _NO_SHIFT
        self._latest: DriverPixels | None = None
        self.registration: Registration | None = None
        if reference.pixels is not None:
            self._start_registration(reference, reference.pixels)

    def _start_registration(self, reference: MotionFrame, pixels: DriverPixels) -> None:
        self.registration = Registration(pixels)
        self._rings_seen = self.registration.rings_seen
        self._unit_px = fit_pose(pixels.landmarks).scale / reference.scale
        self._drift = (
            fit_pose(pixels.landmarks).translation / self._unit_px
            - self._reference.pose.translation
        )
        self._driver_mesh = lay_mesh(
            pixels.landmarks, segment_portrait(pixels.image), stiff=self._mesh.stiff
        )

    def follow(self, frame: MotionFrame) -> Step:
        driver, reading = self._shape(frame), None
        # While a lost face is bridged, its mouth keeps the inside that was seen last.
        self._latest = frame.pixels or self._latest
        if self.registration is not None and frame.pixels is not None:
            reading = self.registration.read(self._in_pixels(frame.pixels, driver))
            pose = fit_pose(reading.landmarks)
            self._shift = self._ring_shift(reading, pose)
            driver = FaceShape(to_head(reading.landmarks, pose), self._in_units(pose))
        target = retarget(self._source, self._reference, driver, self._options)
        moves = frame.presence if self._options.region in ("all", "pose") else 0.0
        return Step(target, self._shift * moves * self._options.multiplier, reading, self._latest)

    def _shape(self, frame: MotionFrame) -> FaceShape:
        assert frame.landmarks is not None
        return FaceShape(np.asarray(frame.landmarks, np.float64), unit_pose(frame))

    def _in_pixels(self, pixels: DriverPixels, shape: FaceShape) -> DriverPixels:
        """The driver's picture with the landmarks of the (smoothed) motion frame."""
        pose = Pose(
            shape.pose.rotation,
            (shape.pose.translation + self._drift) * self._unit_px,
            shape.pose.scale * self._unit_px,
        )
        return DriverPixels(pixels.image, to_picture(shape.head, pose))

    def _in_units(self, pose: Pose) -> Pose:
        scale = self._unit_px
        return Pose(pose.rotation, pose.translation / scale - self._drift, pose.scale / scale)

    def _ring_shift(self, reading: Reading, pose: Pose) -> Floats:
        """How far flow saw the driver's surroundings move beyond what the model of the head
        says, in crop pixels of the source."""
        mesh = self._driver_mesh
        head = to_head(reading.landmarks, pose)
        modelled = ring_displacement(mesh.rings, mesh.shares, mesh.pose, pose)
        modelled = modelled + oval_shift(mesh, head, pose)
        seen = reading.rings - mesh.vertices[NUM_LANDMARKS:BORDER_START]
        shift = (seen - modelled) / mesh.pose.scale * self._rings_seen
        return calm_rings(shift) * self._mesh.pose.scale


def follow(mesh: FaceMesh, motion: Motion, options: MotionOptions) -> Follower:
    """The richest way to follow this motion."""
    if motion.reference.landmarks is None:
        return ExpressionFollower(mesh, motion.reference, options)
    return LandmarkFollower(mesh, motion.reference, options)


def unit_pose(frame: MotionFrame) -> Pose:
    """The pose of a motion frame in head units."""
    translation = np.append(np.asarray(frame.translation, np.float64), 0.0)
    return Pose(np.asarray(frame.rotation, np.float64), translation, float(frame.scale))
