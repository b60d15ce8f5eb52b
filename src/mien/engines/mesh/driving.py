"""From motion frames to targets: one run of one driver over one source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mien.engines.mesh.film import Film, unit_pose
from mien.engines.mesh.geometry import FaceMesh
from mien.engines.mesh.registration import Reading, Registration
from mien.engines.mesh.retarget import (
    FaceShape,
    Target,
    apertures,
    retarget,
    retarget_pose,
    weigh_expression,
)
from mien.engines.mesh.topology import NUM_RINGS, RING_SIZE
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes import pose_face
from mien.motion.neutral import neutralise
from mien.types import DriverPixels, Floats, Motion, MotionFrame, MotionOptions

_NO_SHIFT = np.zeros((NUM_RINGS * RING_SIZE, 2))
_FULL_ACTIVITY = 0.4
"""Sum of expression weights at which the portrait's own expression has given way."""
_EYES = np.array([name.startswith("eye") for name in SHAPE_INDEX])


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame asks of the source.

    ring_shift: (108, 2) crop pixels, motion around the face beyond the head's own.
    reading: the driver's registered frame, for its shading; None without. driver: its latest
    pixels; None when there were none yet.
    """

    target: Target
    ring_shift: Floats
    reading: Reading | None = None
    driver: DriverPixels | None = None


class Follower(Protocol):
    """Turns the frames of one motion into steps."""

    @property
    def registration(self) -> Registration | None:
        """What the readings of its steps refer to; None when there are none."""
        ...

    def follow(self, frame: MotionFrame) -> Step:
        """The next frame's step."""
        ...


class ExpressionFollower:
    """Follows blendshapes and pose: emotions, idling, speech, performances."""

    registration = None

    def __init__(self, mesh: FaceMesh, reference: MotionFrame, options: MotionOptions) -> None:
        self._mesh, self._reference, self._options = mesh, reference, options
        self._expressionless = neutralise(mesh.head)[0]

    def follow(self, frame: MotionFrame) -> Step:
        """The next frame's step. The portrait's own expression gives way as the driver's grows."""
        options = self._options
        weights = (frame.blendshapes - self._reference.blendshapes) * options.multiplier
        activity = float(np.abs(weights[~_EYES]).sum()) / _FULL_ACTIVITY
        fade = min(1.0, activity if options.relative else options.multiplier)
        neutral = self._mesh.head + (self._expressionless - self._mesh.head) * fade
        posed = pose_face(neutral, weights, frame.closure * min(1.0, options.multiplier))
        head = weigh_expression(self._mesh.head, posed, options.region)
        pose = retarget_pose(self._mesh.pose, unit_pose(self._reference), unit_pose(frame), options)
        target = Target(head, pose, apertures(head, self._mesh.head))
        return Step(target, _NO_SHIFT)


class LandmarkFollower:
    """Follows a face seen in pictures, by flow where the reference frame has pixels."""

    def __init__(self, mesh: FaceMesh, reference: MotionFrame, options: MotionOptions) -> None:
        self._mesh, self._options = mesh, options
        source, rest = mesh.head, _shape(reference)
        if not options.relative:
            bare = source + (neutralise(source)[0] - source) * min(1.0, options.multiplier)
            source = weigh_expression(source, bare, options.region)
            rest = replace(rest, head=neutralise(rest.head)[0])
        self._source, self._reference = FaceShape(source, mesh.pose), rest
        self._film: Film | None = None
        if reference.pixels is not None:
            self._film = Film(reference, reference.pixels, stiff=mesh.stiff)
        self._shift: Floats = _NO_SHIFT
        self._latest: DriverPixels | None = None

    @property
    def registration(self) -> Registration | None:
        """Flow from the reference frame."""
        return None if self._film is None else self._film.registration

    def follow(self, frame: MotionFrame) -> Step:
        """The next frame's step. While a lost face is bridged, its surroundings stay where they
        were, and its mouth keeps the inside that was seen last."""
        driver, reading = _shape(frame), None
        self._latest = frame.pixels or self._latest
        if self._film is not None and frame.pixels is not None:
            shot = self._film.read(frame.pixels, driver)
            driver, reading = shot.shape, shot.reading
            self._shift = shot.ring_shift * self._mesh.pose.scale
        target = retarget(self._source, self._reference, driver, self._options)
        moves = frame.presence if self._options.region in ("all", "pose") else 0.0
        if self._options.region not in ("all", "exp"):
            reading = None  # its shading is that of the whole face
        return Step(target, self._shift * moves * self._options.multiplier, reading, self._latest)


def _shape(frame: MotionFrame) -> FaceShape:
    assert frame.landmarks is not None, "all frames of a motion have landmarks, or none"
    return FaceShape(np.asarray(frame.landmarks, np.float64), unit_pose(frame))


def follow(mesh: FaceMesh, motion: Motion, options: MotionOptions) -> Follower:
    """The richest way to follow this motion."""
    if motion.reference.landmarks is None:
        return ExpressionFollower(mesh, motion.reference, options)
    return LandmarkFollower(mesh, motion.reference, options)
