"""LivePortrait's angles and rotations: matrices for row vectors, (x right, y down, z inward)."""

from __future__ import annotations

from typing import cast

import numpy as np

from mien.types import Floats

NUM_BINS = 66
_BIN_DEG = 3.0
_FIRST_BIN_DEG = -97.5


def degrees_from_bins(logits: Floats) -> Floats:
    """(...) degrees from the (..., 66) logits of one angle: the mean of the bins."""
    logits = np.asarray(logits, np.float64)
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.asarray(_BIN_DEG * (shares @ np.arange(NUM_BINS)) + _FIRST_BIN_DEG)


def rotation_from_degrees(pitch: float, yaw: float, roll: float) -> Floats:
    """(3, 3) matrix for row vectors, ``(Rz(roll) Ry(yaw) Rx(pitch))^T`` with the right-handed
    matrices of column vectors; LivePortrait's signs."""
    radians = np.radians([pitch, yaw, roll])
    (sx, sy, sz), (cx, cy, cz) = np.sin(radians), np.cos(radians)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
    return cast(Floats, (about_z @ about_y @ about_x).T)


def nearest_rotation(matrix: Floats) -> Floats:
    """The rotation closest to a (3, 3) matrix: the orthogonal part of its polar decomposition,
    never a reflection."""
    u, _, vt = np.linalg.svd(matrix)
    handedness = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return cast(Floats, (u * handedness) @ vt)
