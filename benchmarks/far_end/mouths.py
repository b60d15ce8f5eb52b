"""How far open mouths are, in pictures that came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.far_end.tape import Seen
from mien.face import MeshTracker

_UPPER, _LOWER = 13, 14
"""The middle of the inner edge of the lips, of the 478 points of a face."""
_BROW, _CHIN = 10, 152


def openings(pictures: Sequence[Seen]) -> NDArray[np.float64]:
    """(N,) the gap between the lips in parts of a face's height; not a number without a face."""
    tracker = MeshTracker()
    return np.array([_opening(tracker, each) for each in pictures])


def _opening(tracker: MeshTracker, seen: Seen) -> float:
    faces = tracker.track(np.repeat(seen.grey()[..., np.newaxis], 3, axis=2))
    if not faces:
        return float("nan")
    points = faces[0].landmarks[:, :2]
    height = np.linalg.norm(points[_CHIN] - points[_BROW])
    return float(np.linalg.norm(points[_LOWER] - points[_UPPER]) / height)
