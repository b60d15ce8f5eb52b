"""Viseme sequences smoothed over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.speech.visemes.validation import Sequence3, given_sequence


def smooth_viseme_sequence(sequence: ArrayLike, closure: ArrayLike | None = None) -> Sequence3:
    """The sequence (T, 3) smoothed over time by [1 2 1] / 4; the first and last frame weigh in
    for what is beyond them. T, dtype and range stay.

    ``closure``: (T,); frames in which it is above 0 keep their mouth as it is, so that lips that
    touch still touch. Raises VisemeError for what is no sequence.
    """
    mouths, touching = given_sequence(sequence, closure)
    return smoothed(mouths, touching > 0)


def smoothed(values: NDArray[np.float32], held: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Values (T, N) smoothed by [1 2 1] / 4, except in the frames (T,) that are held."""
    if not len(values):
        return values.copy()
    wide = np.concatenate([values[:1], values, values[-1:]])
    even = (wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4
    return np.where(held[:, None], values, even).astype(np.float32)
