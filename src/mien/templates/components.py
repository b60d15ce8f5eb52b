"""Dense landmarks as a few principal components: the mean face, the ways in which this motion
changes it, and how far along each it is in every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.templates.template import LandmarkTrack
from mien.types import Floats

TOLERANCE = 0.001
"""Root mean square error that is allowed, head units: a tenth of what the tracker trembles by."""
MOST_COMPONENTS = 48
_CHUNK = 1024


def landmark_track(rows: Sequence[Floats]) -> LandmarkTrack:
    """The fewest components, at most 48, that give the landmarks (478, 3) of all rows back within
    ``TOLERANCE``."""
    mean: Floats = np.asarray(np.mean(rows, axis=0, dtype=np.float64))
    chunks = [
        (np.asarray(rows[start : start + _CHUNK], np.float64) - mean).reshape(-1, mean.size)
        for start in range(0, len(rows), _CHUNK)
    ]
    variance, directions = np.linalg.eigh(sum(chunk.T @ chunk for chunk in chunks))
    # from the strongest on, what the first k leave unexplained
    left = variance.sum() - np.cumsum(np.maximum(variance[::-1], 0.0))
    enough = left <= TOLERANCE**2 * mean.size * len(rows)
    num = min(int(np.argmax(enough)) + 1, MOST_COMPONENTS, len(rows))
    strongest = directions[:, ::-1][:, :num]
    coefficients = np.concatenate([chunk @ strongest for chunk in chunks])
    return LandmarkTrack(
        mean.astype(np.float32),
        strongest.T.reshape(num, NUM_LANDMARKS, 3).astype(np.float32),
        coefficients.astype(np.float32),
    )
