"""Rotations as unit quaternions (w, x, y, z), w >= 0: four numbers instead of nine."""

from __future__ import annotations

import numpy as np

from mien.types import Floats


def quaternions_from_rotations(rotation: Floats) -> Floats:
    """(n, 4) float64 of rotation matrices (n, 3, 3), w >= 0.

    Each is the strongest eigenvector of a symmetric matrix (Bar-Itzhack 2000), which is sound for
    every angle and for matrices that are slightly off.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = np.moveaxis(np.asarray(rotation, float), 0, -1)
    matrix = np.array([
        [xx + yy + zz, zy - yz, xz - zx, yx - xy],
        [zy - yz, xx - yy - zz, xy + yx, xz + zx],
        [xz - zx, xy + yx, yy - xx - zz, yz + zy],
        [yx - xy, xz + zx, yz + zy, zz - xx - yy],
    ])  # fmt: skip
    strongest = np.linalg.eigh(np.moveaxis(matrix, -1, 0))[1][..., -1]
    return np.asarray(strongest * np.where(strongest[:, :1] < 0.0, -1.0, 1.0))


def rotations_from_quaternions(quaternions: Floats) -> Floats:
    """(n, 3, 3) float32 of quaternions (n, 4) of any length above 0."""
    w, x, y, z = (quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True)).T
    matrix = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    return np.asarray(np.moveaxis(matrix, -1, 0), np.float32)
