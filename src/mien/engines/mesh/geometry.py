"""The mesh laid over one portrait, and where its vertices go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from mien.engines.mesh.lips import unfold_lips
from mien.engines.mesh.once import Once
from mien.engines.mesh.remap import remap_points
from mien.engines.mesh.rings import place_rings, ring_displacement, ring_shares
from mien.engines.mesh.topology import (
    BORDER_START,
    OVAL,
    RING_SIZE,
    Triangles,
    border_loop,
    border_triangles,
)
from mien.landmarks import NUM_LANDMARKS
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.pose import Pose, fit_pose, to_head, to_picture
from mien.types import Floats, Mask

_RING_ROOM = (0.82, 0.90, 0.97)
"""How far out, from the face's centre to the border, each ring may lie at most."""
_OVAL_CARRY = (0.75, 0.35, 0.0)
"""Share of the outline's own deformation (jaw, cheeks) that each ring takes along, at the top
and sides; under the chin the neck stays where it is."""


@dataclass(frozen=True, slots=True)
class FaceMesh:
    """Vertices and triangles over a portrait crop of ``size`` (width, height).

    landmarks: (478, 3) crop pixels; pose and head: the same as a pose and in the head frame.
    rings: (108, 3) head frame. shares: (108,), how far each follows the head; ``stiff`` as in
    ring_shares.
    vertices: (NUM_VERTICES, 2) crop pixels. border: triangles between the last ring and the
    border of the crop.
    """

    size: tuple[int, int]
    landmarks: Floats
    pose: Pose
    head: Floats
    rings: Floats
    shares: Floats
    stiff: bool
    vertices: Floats
    border: Triangles
    _neutral: Once[tuple[Floats, Floats]] = field(default_factory=Once, repr=False, compare=False)

    @property
    def neutral(self) -> tuple[Floats, Floats]:
        """``head`` without the expression it wears, and that expression's weights (52,)."""
        return self._neutral.of(lambda: neutralise(self.head))


def lay_mesh(landmarks: Floats, person: Mask, *, stiff: bool = False) -> FaceMesh:
    """Lay the mesh over a crop from its (478, 3) landmarks and the mask of the person in it;
    ``stiff`` as in :func:`ring_shares`."""
    height, width = person.shape
    landmarks = unfold_lips(np.asarray(landmarks, np.float64))
    pose = fit_pose(landmarks)
    head = to_head(landmarks, pose)
    rings = place_rings(head)
    centre = landmarks[OVAL, :2].mean(0)
    room = np.repeat(_RING_ROOM, RING_SIZE)
    ring_px, squeeze = _keep_inside(to_picture(rings, pose), centre, (width, height), room)
    shown = remap_points(person, ring_px[:, :2])
    border = border_loop((width, height))
    return FaceMesh(
        (width, height), landmarks, pose, head, to_head(ring_px, pose),
        ring_shares(shown / 255.0, stiff=stiff) * squeeze, stiff,
        np.concatenate([landmarks[:, :2], ring_px[:, :2], border]),
        border_triangles(ring_px[-RING_SIZE:, :2], border),
    )  # fmt: skip


def _keep_inside(
    points: Floats, centre: Floats, size: tuple[int, int], room: Floats
) -> tuple[Floats, Floats]:
    """Pull points towards the centre until they lie within ``room`` of the way to the border;
    also the factor that slows down those that had to be pulled: the border stays put."""
    offset = points[:, :2] - centre
    edge = np.where(offset > 0, np.array(size) - 1 - centre, centre)
    reach = (np.maximum(edge, 1) / np.maximum(np.abs(offset), 1e-6)).min(axis=1)
    factor = np.minimum(1, reach * room)
    pulled = points.copy()
    pulled[:, :2] = centre + offset * factor[:, None]
    closeness = np.clip((1 / reach - 0.7) / 0.3, 0, 1)  # 0 well inside, 1 at the border
    return pulled, 1 - 0.6 * closeness


def place_vertices(mesh: FaceMesh, head: Floats, pose: Pose, ring_shift: Floats) -> Floats:
    """(NUM_VERTICES, 3) crop pixels for head-frame landmarks (478, 3) in a pose.

    ring_shift: (108, 2) pixels, motion of the rings beyond the head's own (from the driver).
    z is 0 for rings and border.
    """
    vertices = np.concatenate([mesh.vertices, np.zeros((len(mesh.vertices), 1))], axis=1)
    vertices[:NUM_LANDMARKS] = to_picture(head, pose)
    carried = ring_displacement(mesh.rings, mesh.shares, mesh.pose, pose) + ring_shift
    carried += oval_shift(mesh, head, pose)
    vertices[NUM_LANDMARKS:BORDER_START, :2] += carried
    return vertices


def oval_shift(mesh: FaceMesh, head: Floats, pose: Pose) -> Floats:
    """What the deformation of the face's outline adds to the rings, (108, 2) pixels."""
    deformed = (head - mesh.head)[OVAL] @ (pose.scale * pose.rotation.T)
    below = np.clip((mesh.head[OVAL, 1] - 0.9) / 0.6, 0, 1)
    carry = np.array(_OVAL_CARRY)[:, None] * (1 - 0.8 * below)
    return cast(Floats, (carry[..., None] * deformed[None, :, :2]).reshape(-1, 2))
