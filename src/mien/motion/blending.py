"""Weighted means of motion frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mien.types import Floats, Keypoints, MotionFrame


def blend(start: MotionFrame, end: MotionFrame, amount: float) -> MotionFrame:
    """``start`` at 0, ``end`` at 1, the way from one to the other between; presence too. Beyond 1
    the same way leads on.

    Time, pixels and whatever one of them lacks (landmarks, ratios, keypoints) are those of
    ``end``.
    """
    parts, weights = (start, end), np.array([1.0 - amount, amount])
    return replace(
        end,
        rotation=mean_rotation([p.rotation for p in parts], weights),
        translation=_mean([p.translation for p in parts], weights),
        scale=float(weights @ [p.scale for p in parts]),
        blendshapes=_mean([p.blendshapes for p in parts], weights),
        closure=float(weights @ [p.closure for p in parts]),
        own_expression=float(weights @ [p.own_expression for p in parts]),
        presence=start.presence + (end.presence - start.presence) * amount,  # 1 stays exactly 1
        landmarks=_mean_known(start.landmarks, end.landmarks, weights),
        ratios=_mean_known(start.ratios, end.ratios, weights),
        keypoints=_mean_keypoints(start.keypoints, end.keypoints, weights),
    )


def mean_rotation(rotations: Sequence[Floats], weights: Floats) -> Floats:
    """Weighted mean rotation (3, 3) float32."""
    return _nearest_rotation(np.tensordot(weights, np.stack(rotations), 1)).astype(np.float32)


def _nearest_rotation(matrix: Floats) -> Floats:
    """The rotation (3, 3) closest to a matrix: turns a mean of rotations into their mean
    rotation (exact for two of equal weight, good while they lie within some 60 degrees)."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray((u * (1.0, 1.0, np.sign(np.linalg.det(u @ vt)))) @ vt)


def _mean(values: Sequence[Floats], weights: Floats) -> Floats:
    return np.tensordot(weights, np.stack(values), 1).astype(np.float32)


def _mean_known(start: Floats | None, end: Floats | None, weights: Floats) -> Floats | None:
    return end if start is None or end is None else _mean([start, end], weights)


def _mean_keypoints(
    start: Keypoints | None, end: Keypoints | None, weights: Floats
) -> Keypoints | None:
    if start is None or end is None:
        return end
    return Keypoints(
        expression=_mean([start.expression, end.expression], weights),
        scale=float(weights @ [start.scale, end.scale]),
        translation=_mean([start.translation, end.translation], weights),
        absolute_lips=end.absolute_lips,
    )
