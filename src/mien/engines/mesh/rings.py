"""What lies around the face: three rings of vertices that carry hair, ears, neck and shoulders.

A ring vertex does not move as rigidly as the skull does: it follows it by a share, as if it lay
at some depth behind the outline of the face. Share and depth were fitted by least squares to the
optical flow around six talking heads; they are symmetric and given for half a ring, from the top
of the head (landmark 10) down one side to the chin (152).
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.engines.mesh.topology import NUM_RINGS, OVAL, RING_SIZE
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.pose import Pose, to_picture
from mien.types import Floats

_EXTENT = (0.16, 0.42, 0.85)
"""Distance of each ring from the face oval in head units; up to 2.1 times that at the top."""
_HALF_SHARE = (
    (.90, .88, .86, .85, .83, .81, .79, .79, .82, .82, .80, .75, .68, .64, .66, .70, .74, .77, .78),
    (.78, .78, .77, .74, .68, .62, .58, .56, .56, .54, .50, .46, .37, .29, .29, .29, .27, .25, .25),
    (.50, .50, .50, .46, .42, .36, .32, .28, .26, .22, .18, .14, .11, .09, .08, .06, .05, .05, .05),
)  # fmt: skip
_HALF_SHARE_TIMES_DEPTH = (
    (.33, .32, .35, .38, .34, .24, .06, .00, -.02, .00, .08, .22, .36, .46, .56, .66, .75, .84, .9),
    (.47, .47, .46, .42, .3, .15, .05, -.02, -.04, -.03, 0, .15, .25, .29, .35, .39, .41, .41, .41),
    (.30, .30, .28, .25, .20, .10, .03, .00, .00, .00, .00, .00, .05, .10, .10, .05, .00, .00, .00),
)  # fmt: skip
_BACKGROUND_SHARE = (0.9, 0.45, 0.0)
"""How much of a vertex's share is left where the picture shows no person there."""
_STIFF_SHARE = np.repeat((0.97, 0.9, 0.0), RING_SIZE)
_ABOVE_CHIN = np.tile(np.clip((0.9 - FACE_TEMPLATE.landmarks[OVAL, 1]) / 0.6, 0, 1), NUM_RINGS)
_FARTHEST = 0.2
_CENTRE = np.array([0.0, 0.55, 0.0])


def _around(half: tuple[tuple[float, ...], ...]) -> Floats:
    """Half rings (3, 19) to whole rings (108,)."""
    return np.array([value for row in half for value in row + row[-2:0:-1]])


_SHARE = _around(_HALF_SHARE)
_BEHIND = np.zeros((NUM_RINGS * RING_SIZE, 3))
_BEHIND[:, 2] = _around(_HALF_SHARE_TIMES_DEPTH) / _SHARE


def place_rings(head_landmarks: Floats) -> Floats:
    """Ring vertices (108, 3) around a face, head frame and units."""
    oval = np.asarray(head_landmarks, np.float64)[OVAL]
    outward = (oval - _CENTRE) * [1, 1, 0]
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    upward = np.clip(-outward[:, 1:2], 0, 1)
    rings = [oval + outward * (extent * (1 + 1.1 * upward)) for extent in _EXTENT]
    return np.concatenate(rings)


def ring_shares(person: Floats, *, stiff: bool = False) -> Floats:
    """How far each ring vertex follows the head, (108,), 0..1.

    person: (108,), 0..1, whether the picture shows the person there. stiff: whether the person
    is a layer of its own, so that hair may follow the skull without dragging the background.
    """
    background = np.repeat(_BACKGROUND_SHARE, RING_SIZE)
    share = _SHARE
    if stiff:
        share = share + np.clip(_STIFF_SHARE - share, 0, None) * _ABOVE_CHIN
    return cast(Floats, share * (background + (1 - background) * person))


def calm_rings(shift: Floats) -> Floats:
    """What flow says of the rings (108, 2), head units, as far as hair and neck can move of
    themselves: smooth along each ring, and bounded."""
    rings = shift.reshape(NUM_RINGS, RING_SIZE, 2)
    for _ in range(2):
        rings = (np.roll(rings, 1, axis=1) + 2 * rings + np.roll(rings, -1, axis=1)) / 4
    size = np.linalg.norm(rings, axis=2, keepdims=True)
    bounded = rings * (_FARTHEST * np.tanh(size / _FARTHEST) / np.maximum(size, 1e-9))
    return cast(Floats, bounded.reshape(-1, 2))


def ring_displacement(rings: Floats, shares: Floats, rest: Pose, now: Pose) -> Floats:
    """How far the head carries its rings from pose ``rest`` to pose ``now``, (108, 2) pixels."""
    deep = rings + _BEHIND
    moved = to_picture(deep, now) - to_picture(deep, rest)
    return cast(Floats, moved[:, :2] * shares[:, None])
