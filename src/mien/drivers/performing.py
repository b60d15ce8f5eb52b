"""The built-in performance as a driver."""

from __future__ import annotations

from fractions import Fraction

from mien.drivers.moments import drive_with_moments
from mien.motion.performance import DURATION_S, moment
from mien.types import Motion


def perform(fps: Fraction = Fraction(30), *, duration_s: float = DURATION_S) -> Motion:
    """The built-in six-second performance, which goes on from its beginning when more is asked
    for. It starts and ends neutral."""
    num_frames = max(1, round(Fraction(duration_s) * fps))
    return drive_with_moments(moment, fps=fps, num_frames=num_frames)
