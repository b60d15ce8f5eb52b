"""Drivers without a face of their own: the canonical neutral face, and the performance."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mien.motion.arkit import BLENDSHAPES
from mien.motion.performance import DURATION_S, moment
from mien.types import Motion, MotionFrame


def canonical_reference(time_base: Fraction = Fraction(1, 30)) -> MotionFrame:
    """The canonical neutral face, frontal, in its place; it has no landmarks."""
    return MotionFrame(
        pts=0,
        time_base=time_base,
        rotation=np.eye(3, dtype=np.float32),
        translation=np.zeros(2, np.float32),
        scale=1.0,
        blendshapes=np.zeros(len(BLENDSHAPES), np.float32),
    )


def perform(fps: Fraction = Fraction(30), *, duration_s: float = DURATION_S) -> Motion:
    """The built-in six-second performance, which goes on from its beginning when more is asked
    for. It starts and ends neutral."""
    num_frames = max(1, round(Fraction(duration_s) * fps))
    return Motion(canonical_reference(1 / fps), _performed(fps, num_frames), fps, num_frames)


def _performed(fps: Fraction, num_frames: int) -> Iterator[MotionFrame]:
    for pts in range(num_frames):
        now = moment(float(pts / fps))
        yield MotionFrame(
            pts=pts,
            time_base=1 / fps,
            rotation=now.rotation,
            translation=now.translation,
            scale=1.0,
            blendshapes=now.weights,
        )
