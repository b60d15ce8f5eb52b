"""From motion frames to targets: one run of one driver over one source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mien.engines.mesh.film import Film, unit_pose
from mien.engines.mesh.geometry import FaceMesh
from mien.engines.mesh.mouth.action import MouthAction, mouth_action
from mien.engines.mesh.openness import bring_to, opening_ratios, wanted_ratios, with_closed_lips
from mien.engines.mesh.refinement import Refinement
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
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.blendshapes.posing import pose_face
from mien.types import DriverPixels, Floats, Motion, MotionFrame, MotionOptions

_NO_SHIFT = np.zeros((NUM_RINGS * RING_SIZE, 2))


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame asks of the source.

    ring_shift: (108, 2) crop pixels, motion around the face beyond the head's own.
    reading: the driver's registered frame, for its shading; None without. driver: its latest
    pixels; None when there were none yet. expression: (52,) blendshapes that the portrait wears
    and (52,) that the face now wears, where they are known. mouth: what they do inside it.
    """

    target: Target
    ring_shift: Floats
    reading: Reading | None = None
    driver: DriverPixels | None = None
    expression: tuple[Floats, Floats] | None = None
    mouth: MouthAction | None = None


class Follower(Protocol):
    """Turns the frames of one motion into steps of a face: always the same one for a still
    picture, another one for each frame of a film."""

    @property
    def registration(self) -> Registration | None:
        """What the readings of its steps refer to; None when there are none."""
        ...

    def follow(self, frame: MotionFrame, mesh: FaceMesh) -> Step:
        """The next frame's step."""
        ...


class ExpressionFollower:
    """Follows blendshapes and pose: emotions, idling, speech, templates."""

    registration = None

    def __init__(self, reference: MotionFrame, options: MotionOptions) -> None:
        self._reference, self._options = reference, options
        self._mesh: FaceMesh | None = None

    def follow(self, frame: MotionFrame, mesh: FaceMesh) -> Step:
        """The next frame's step. The portrait's own expression stays as far as the frame says."""
        options = self._options
        if mesh is not self._mesh:
            self._mesh = mesh
            if options.normalize_lips:
                self._base = with_closed_lips(mesh.head)
                self._expressionless, self._own = neutralise(self._base)
            else:
                self._base = mesh.head
                self._expressionless, self._own = mesh.neutral
        gain = min(1.0, options.multiplier)
        weights = (frame.blendshapes - self._reference.blendshapes) * options.multiplier
        gone = (1.0 - frame.own_expression if options.relative else 1.0) * gain
        neutral = self._base + (self._expressionless - self._base) * gone
        posed = pose_face(neutral, weights, frame.closure * gain)
        head = weigh_expression(self._base, posed, options.region)
        pose = retarget_pose(mesh.pose, unit_pose(self._reference), unit_pose(frame), options)
        target = _opened(Target(head, pose, apertures(head, mesh.head)), frame, mesh, options)
        worn = weights + self._own * (1.0 - gone)
        step = Step(target, _NO_SHIFT)
        if options.region in ("all", "exp", "lip"):
            step = replace(step, mouth=mouth_action(neutral, worn))
        if options.region in ("all", "exp"):  # folds belong to the whole face
            step = replace(step, expression=(self._own, worn))
        return step


class LandmarkFollower:
    """Follows a face seen in pictures, by flow where the reference frame has pixels.

    stiff: whether the source lies before a backdrop, as in :class:`mien.engines.mesh.film.Film`.
    """

    def __init__(self, reference: MotionFrame, options: MotionOptions, *, stiff: bool) -> None:
        self._options = options
        self._mesh: FaceMesh | None = None
        rest = _shape(reference)
        if not options.relative:
            rest = replace(rest, head=neutralise(rest.head)[0])
        self._reference = rest
        self._film: Film | None = None
        if reference.pixels is not None:
            self._film = Film(reference, reference.pixels, stiff=stiff)
        self._refinement = Refinement(_NO_SHIFT)
        self._latest: DriverPixels | None = None

    @property
    def registration(self) -> Registration | None:
        """Flow from the reference frame."""
        return None if self._film is None else self._film.registration

    def follow(self, frame: MotionFrame, mesh: FaceMesh) -> Step:
        """The next frame's step. While a lost face is bridged, its surroundings stay where they
        were, and its mouth keeps the inside that was seen last."""
        if mesh is not self._mesh:
            self._mesh, self._source = mesh, self._bare(mesh)
        driver, reading = _shape(frame), None
        self._latest = frame.pixels or self._latest
        if self._film is not None:
            shot = None if frame.pixels is None else self._film.read(frame.pixels, driver)
            driver, reading = self._refinement.follow(driver, shot, float(frame.time_base))
        target = retarget(self._source, self._reference, driver, self._options)
        target = _opened(target, frame, mesh, self._options)
        moves = frame.presence if self._options.region in ("all", "pose") else 0.0
        moves *= mesh.pose.scale * self._options.multiplier
        if self._options.region not in ("all", "exp"):
            reading = None  # its shading is that of the whole face
        return Step(target, self._refinement.ring_shift * moves, reading, self._latest)

    def _bare(self, mesh: FaceMesh) -> FaceShape:
        """What the driver's expression is put on."""
        source, options = mesh.head, self._options
        if not options.relative:
            bare = source + (mesh.neutral[0] - source) * min(1.0, options.multiplier)
            source = weigh_expression(source, bare, options.region)
        if options.normalize_lips:
            source = with_closed_lips(source)
        return FaceShape(source, mesh.pose)


def _opened(target: Target, frame: MotionFrame, mesh: FaceMesh, options: MotionOptions) -> Target:
    """The target with eyes and lips as far open as the options want them."""
    wanted = wanted_ratios(frame, opening_ratios(mesh.head), options)
    head = bring_to(target.head, mesh.head, wanted)
    if head is target.head:
        return target
    return Target(head, target.pose, apertures(head, mesh.head))


def _shape(frame: MotionFrame) -> FaceShape:
    assert frame.landmarks is not None, "all frames of a motion have landmarks, or none"
    return FaceShape(np.asarray(frame.landmarks, np.float64), unit_pose(frame))


def follow(motion: Motion, options: MotionOptions, *, stiff: bool) -> Follower:
    """The richest way to follow this motion."""
    if motion.reference.landmarks is None:
        return ExpressionFollower(motion.reference, options)
    return LandmarkFollower(motion.reference, options, stiff=stiff)
