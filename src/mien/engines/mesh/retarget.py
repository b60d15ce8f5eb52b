"""The motion algebra of the mesh engine: what the driver does, done by the source's face.

Everything happens on head-frame landmarks: the source's plus the driver's change, lids and
irises in proportion to the source's own eyes, lips to its lips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mien.engines.mesh.bounds import ease_to
from mien.engines.mesh.lips import limit_opening, proportion_lips
from mien.landmarks import (
    LEFT_EYE,
    LEFT_IRIS,
    LEFT_LID_PAIRS,
    NUM_LANDMARKS,
    OUTER_LIPS,
    RIGHT_EYE,
    RIGHT_IRIS,
    RIGHT_LID_PAIRS,
)
from mien.motion.blendshapes.eyes import UPPER_LID_SHARE
from mien.motion.fields import LIP_LINE, Y, distance_to, smoothstep
from mien.motion.pose import Pose, angles_from_rotation, rotation_from_angles
from mien.types import Floats, MotionOptions, Region

Indices = NDArray[np.intp]

EYES = (
    (np.array(RIGHT_EYE), np.array(RIGHT_IRIS), np.array(RIGHT_LID_PAIRS)),
    (np.array(LEFT_EYE), np.array(LEFT_IRIS), np.array(LEFT_LID_PAIRS)),
)
"""Rim (16,), iris (5,) and pairs of lids (7, 2) of the right and the left eye."""
_ONES = np.ones(3)  # sums three coordinates much faster than sum(axis=1) does
_CLOSED_READING = 0.08
"""What landmarks say of a shut eye, as a share of the open one's aperture."""
_LIP_REACH, _CHIN_REACH = 0.5, 5.0
"""Head units from the lips, elsewhere and below them, where their region ends."""
_CONJUGATE = 0.5
"""Eyes turn together: by this share both follow the mean of the driver's two."""
_WIDEST = 1.45
"""An eye opens at most to this share of its aperture in the portrait."""
_LIMITS_DEG = ((18.0, 28.0), (15.0, 22.0), (35.0, 50.0))
"""Yaw, pitch, roll against the portrait: followed faithfully up to the first figure, then
easing to a stop at the second. Beyond, a single picture has nothing to show."""


@dataclass(frozen=True, slots=True)
class FaceShape:
    """A face in the head frame: landmarks (478, 3), and its pose in its own picture."""

    head: Floats
    pose: Pose


@dataclass(frozen=True, slots=True)
class Target:
    """Where the source's face goes: head-frame landmarks (478, 3), pose in crop pixels, and each
    eye's aperture (right, left) as a share of the source's own."""

    head: Floats
    pose: Pose
    apertures: tuple[float, float]


def _with_lips() -> Floats:
    """How far landmarks (478,) move with the lips: all around a little, and the chin with the
    lower one, which else would be pushed over it by a mouth that opens wide."""
    below = smoothstep((Y - LIP_LINE - 0.05) / 0.3)
    reach = _LIP_REACH + (_CHIN_REACH - _LIP_REACH) * below
    return cast(Floats, np.clip(1 - distance_to(OUTER_LIPS) / reach, 0, 1))


_EXPRESSION_WEIGHT: dict[Region, Floats] = {
    "all": np.ones(NUM_LANDMARKS),
    "exp": np.ones(NUM_LANDMARKS),
    "pose": np.zeros(NUM_LANDMARKS),
    "lip": _with_lips(),
    "eyes": np.clip(1 - distance_to(RIGHT_EYE + LEFT_EYE) / 0.25, 0, 1),
}


def retarget(
    source: FaceShape, reference: FaceShape, driver: FaceShape, options: MotionOptions
) -> Target:
    """The source's face after the driver's change from ``reference`` to ``driver``."""
    weight = _EXPRESSION_WEIGHT[options.region][:, None] * options.multiplier
    head = source.head + (driver.head - reference.head) * weight
    lips = float(weight[list(OUTER_LIPS)].mean())
    proportion_lips(head, source.head, reference.head, driver.head, lips)
    limit_opening(head, source.head)
    looks = [
        _iris_place(driver.head, eye, iris) - _iris_place(reference.head, eye, iris)
        for eye, iris, _ in EYES
    ]
    for look, (eye, iris, pairs) in zip(looks, EYES, strict=True):
        moves = float(weight[eye].mean())
        together = (1 - _CONJUGATE) * look + _CONJUGATE * (looks[0] + looks[1]) / 2
        _move_iris(head, eye, iris, source.head, together * moves)
        wanted = _aperture(reference.head, driver.head, source.head, pairs, moves)
        _set_aperture(head, source.head, pairs, wanted)
    pose = retarget_pose(source.pose, reference.pose, driver.pose, options)
    return Target(head, pose, apertures(head, source.head))


def weigh_expression(source: Floats, posed: Floats, region: Region) -> Floats:
    """The posed face (478, 3) in the region that moves, the source's elsewhere."""
    return cast(Floats, source + (posed - source) * _EXPRESSION_WEIGHT[region][:, None])


def apertures(head: Floats, source: Floats) -> tuple[float, float]:
    """How far the right and the left eye are open, as shares of the source's own."""
    right, left = (lid_gap(head, p) / max(lid_gap(source, p), 1e-4) for _, _, p in EYES)
    return right, left


def retarget_pose(source: Pose, reference: Pose, driver: Pose, options: MotionOptions) -> Pose:
    """The source's pose after the driver's change (or at the driver's own), within what one
    picture can show. Poses of the driver are in head units, the source's in pixels."""
    if options.region not in ("all", "pose"):
        return source
    added = options.relative and options.head_rotation == "add"
    before = reference.rotation if added else np.eye(3)
    start = source.rotation if added else np.eye(3)
    change = driver.rotation @ before.T @ start @ source.rotation.T
    angles = np.array(angles_from_rotation(change)) * options.multiplier
    limited = [ease_to(a, *limit) for a, limit in zip(angles, _LIMITS_DEG, strict=True)]
    zoom = driver.scale / reference.scale
    shift = (driver.translation - reference.translation) * (source.scale / reference.scale)
    return Pose(
        rotation_from_angles(*limited) @ source.rotation,
        source.translation + shift * options.multiplier,
        source.scale * zoom**options.multiplier,
    )


def lid_gap(head: Floats, pairs: Indices) -> float:
    """Mean distance between the lids (pairs (7, 2) of landmarks), in the unit of ``head``."""
    apart = head.take(pairs[:, 0], axis=0) - head.take(pairs[:, 1], axis=0)
    return float(np.sqrt((apart * apart) @ _ONES).sum()) / len(pairs)


def _aperture(
    reference: Floats, driver: Floats, source: Floats, pairs: Indices, moves: float
) -> float:
    """Aperture for the source as a share of its own: the driver's share, but a shut eye shuts,
    and a widened one widens no further than small eyes can."""
    before = max(lid_gap(reference, pairs), 1e-4)
    share = lid_gap(driver, pairs) / before
    share -= _CLOSED_READING * np.clip((0.45 - share) / (0.45 - _CLOSED_READING), 0, 1)
    if share > 1:
        own = max(lid_gap(source, pairs), 1e-4)
        share = 1 + (share - 1) * min(1.0, before / own)
    return float(np.clip(1 + (share - 1) * moves, 0, _WIDEST))


def _set_aperture(head: Floats, source: Floats, pairs: Indices, share: float) -> None:
    """Move the lids of ``head``, in place, to a share of the aperture they have in the source."""
    factor = share * lid_gap(source, pairs) / max(lid_gap(head, pairs), 1e-4)
    upper, lower = head[pairs[:, 0]], head[pairs[:, 1]]
    meeting = upper * (1 - UPPER_LID_SHARE) + lower * UPPER_LID_SHARE
    head[pairs[:, 0]] = meeting + (upper - meeting) * factor
    head[pairs[:, 1]] = meeting + (lower - meeting) * factor


def _iris_place(head: Floats, eye: Indices, iris: Indices) -> Floats:
    """Place of the iris against the middle between the eye's corners, (2,), in eye widths."""
    outer, inner = head[eye[0]], head[eye[8]]
    offset = head[iris[0]] - (outer + inner) / 2
    return cast(Floats, offset[:2] / np.linalg.norm((inner - outer)[:2]))


def _move_iris(head: Floats, eye: Indices, iris: Indices, source: Floats, look: Floats) -> None:
    """Move an iris of ``head``, in place, by ``look`` (2,) eye widths from its place in the
    source."""
    place = _iris_place(source, eye, iris) + look
    outer, inner = head[eye[0]], head[eye[8]]
    centre = (outer + inner) / 2
    centre[:2] += place * np.linalg.norm((inner - outer)[:2])
    centre[2] = source[iris[0], 2]
    head[iris] = source[iris] - source[iris[0]] + centre
