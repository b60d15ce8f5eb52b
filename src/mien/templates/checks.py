"""What holds for every template, wherever it comes from."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mien.checks import shown
from mien.templates.problems import UnusableError
from mien.types import Floats

MOST_FRAMES = 100_000
SLOWEST, FASTEST = 1, 240
"""Frames per second."""
_WIDEST_RATIO = 10.0


def check_rate(rate: Fraction) -> None:
    """UnusableError unless these are frames per second that a film can have."""
    if not SLOWEST <= rate <= FASTEST:
        problem = f"has {float(rate):g} frames per second; a template has {SLOWEST} to {FASTEST}"
        raise UnusableError(problem)


def check_length(num_frames: int) -> None:
    """UnusableError unless there are frames, and not too many."""
    if num_frames < 1:
        raise UnusableError("holds no frames")
    if num_frames > MOST_FRAMES:
        raise UnusableError(
            f"holds {shown(num_frames)} frames; a template has {MOST_FRAMES} at most"
        )


def check(name: str, values: Floats, shape: tuple[int, ...], low: float, high: float) -> None:
    """UnusableError unless an array has this shape and its numbers lie between the two."""
    if values.shape != shape:
        raise UnusableError(f"has {name} of shape {values.shape} where {shape} is needed")
    if not np.isfinite(values).all():
        raise UnusableError(f"has values of {name} that are not numbers")
    if values.size and not (values.min() >= low and values.max() <= high):
        raise UnusableError(f"has values of {name} that are not between {low:g} and {high:g}")


def check_ratios(ratios: Floats, rows: int) -> None:
    """UnusableError for ratios of wrong shape or beyond reason."""
    check("ratios", ratios, (rows, 3), 0.0, _WIDEST_RATIO)


def check_rotation(rotation: Floats, rows: int) -> None:
    """UnusableError unless these are rotations (rows, 3, 3), within float32."""
    check("rotation", rotation, (rows, 3, 3), -1.001, 1.001)
    square = rotation @ rotation.transpose(0, 2, 1)
    if np.abs(square - np.eye(3)).max() > 1e-3 or np.linalg.det(rotation).min() < 0.0:
        raise UnusableError("has a rotation that is not one")
