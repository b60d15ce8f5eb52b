"""Which points of a face tell its crop and its openings."""

from __future__ import annotations

from collections.abc import Callable

from mien.types import Floats, Image

PointsOf = Callable[[Image, Floats], Floats]
"""From a picture and the 478 landmarks of its face to the points that crop and openings are told
by: the same, or LivePortrait's own 203."""


def same_points(picture: Image, landmarks: Floats) -> Floats:
    """The landmarks as they are."""
    return landmarks
