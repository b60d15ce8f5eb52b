"""Made-up readings of faces in LivePortrait's terms, and correctors one can compute by hand."""

from __future__ import annotations

import numpy as np

from mien.engines.liveportrait.algebra import DrivingMotion, SourceMotion, rotation_from_degrees
from mien.motion.keypoints.apertures import GAUGED_MOVES
from mien.types import Floats

STITCHED = np.float32(0.01)
"""What :class:`LinearCorrectors` adds when it stitches."""


def source(
    seed: int = 1, ratios: tuple[float, float, float] | None = (0.3, 0.28, 0.2)
) -> SourceMotion:
    """A face that looks a little aside, smiles a little, and has these openings."""
    rng = np.random.default_rng(seed)
    return SourceMotion(
        rng.uniform(-0.5, 0.5, (21, 3)),
        rng.normal(0, 0.01, (21, 3)),
        rotation_from_degrees(*rng.uniform(-15, 15, 3)),
        1.5,
        rng.uniform(-0.1, 0.1, 3),
        None if ratios is None else np.array(ratios, np.float32),
    )


def driving(
    seed: int = 2, expression: Floats | None = None, ratios: Floats | None = None, **extras: float
) -> DrivingMotion:
    """A moment of another face. extras: own_expression, closure."""
    rng = np.random.default_rng(seed)
    return DrivingMotion(
        rotation_from_degrees(*rng.uniform(-15, 15, 3)),
        rng.normal(0, 0.01, (21, 3)) if expression is None else expression,
        1.4 + 0.1 * rng.random(),
        rng.uniform(-0.1, 0.1, 3),
        ratios,
        **extras,
    )


def resting(expression: Floats | None = None, **extras: object) -> DrivingMotion:
    """The frontal, neutral face in the middle, or one that only shows an expression."""
    shown = np.zeros((21, 3)) if expression is None else expression
    return DrivingMotion(np.eye(3), shown, 1.0, np.zeros(3), **extras)  # type: ignore[arg-type]


def opened(right: float = 0.0, left: float = 0.0, lips: float = 0.0) -> Floats:
    """(21, 3) change of an expression that opens the eyes and the lips by so much."""
    return np.asarray((np.array([right, left, lips]) @ GAUGED_MOVES).reshape(21, 3))


class LinearCorrectors:
    """Deltas along the known directions, exactly as large as asked; stitching adds a constant to
    the first keypoint. Counts what it was asked."""

    def __init__(self, source: SourceMotion) -> None:
        self._scale = source.scale
        self.num_asked = 0

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        stitched = driving.copy()
        stitched[:, 0] += STITCHED
        return stitched

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        self.num_asked += 1
        right, left, target = ratios.astype(np.float64)
        return self._scale * opened(right=target - right, left=target - left)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        self.num_asked += 1
        own, target = ratios.astype(np.float64)
        return self._scale * opened(lips=target - own)
