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
_SAMPLES = 256
"""Frames, evenly spread, that the components are found from."""
_CHUNK = 1024


def landmark_track(rows: Sequence[Floats]) -> LandmarkTrack:
    """The fewest components, at most 48, that give the landmarks (478, 3) of the rows back within
    ``TOLERANCE``."""
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(_SAMPLES, len(rows))).astype(int))
    samples = np.array([rows[index] for index in chosen], np.float64).reshape(len(chosen), -1)
    mean = samples.mean(axis=0)
    components = _components(samples - mean)
    coefficients = [
        (np.asarray(rows[start : start + _CHUNK]).reshape(-1, mean.size) - mean) @ components.T
        for start in range(0, len(rows), _CHUNK)
    ]
    return LandmarkTrack(
        mean.reshape(NUM_LANDMARKS, 3).astype(np.float32),
        components.reshape(-1, NUM_LANDMARKS, 3).astype(np.float32),
        np.concatenate(coefficients).astype(np.float32),
    )


def _components(changes: Floats) -> Floats:
    """(k, values), of length 1 each, of changes (n, values) from their mean."""
    variance, along = np.linalg.eigh(changes @ changes.T)
    variance, along = np.maximum(variance[::-1], 0.0), along[:, ::-1]
    left = variance.sum() - np.cumsum(variance)
    enough = left <= TOLERANCE**2 * changes.size
    num = min(int(np.argmax(enough)) + 1, MOST_COMPONENTS) if variance.any() else 0
    found = along[:, :num].T @ changes
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))
