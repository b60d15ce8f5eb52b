"""Viseme sequences at other frame rates."""

from __future__ import annotations

from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.speech.visemes.rates import Rate, exact_rate, frame_at
from mien.speech.visemes.validation import Closure, Sequence3, given_sequence
from mien.types import Floats


@overload
def interpolate_visemes(sequence: ArrayLike, from_fps: Rate, to_fps: Rate) -> Sequence3: ...
@overload
def interpolate_visemes(
    sequence: ArrayLike, from_fps: Rate, to_fps: Rate, closure: ArrayLike
) -> tuple[Sequence3, Closure]: ...
def interpolate_visemes(
    sequence: ArrayLike, from_fps: Rate, to_fps: Rate, closure: ArrayLike | None = None
) -> Sequence3 | tuple[Sequence3, Closure]:
    """The sequence (T, 3) at another frame rate: cubic, and never beyond its neighbours' values.

    Frame n stands for (n + 0.5) / fps seconds. The result has round(T * to_fps / from_fps) frames
    (a half rounds down; one at least if T is); before the first centre and after the last the
    value is theirs. Equal rates give the values back. Pieces are Fritsch and Carlson's monotone
    cubics (SIAM J. Numer. Anal. 17, 1980), so 0..1 stays 0..1.

    ``closure``: (T,); then the result is the pair of sequence and closure, and every closure has
    one frame at least in which the mouth is as closed as it was. Rates are 1 to 1000.
    Raises VisemeError for what is no sequence, OptionError for rates.
    """
    mouths, touching = given_sequence(sequence, closure)
    source, target = exact_rate(from_fps, "from_fps"), exact_rate(to_fps, "to_fps")
    ratio = target / source
    count = max(1, frame_at(float(len(mouths)), ratio)) if len(mouths) else 0
    places = (np.arange(count) + 0.5) * float(1 / ratio) - 0.5
    moved = _monotone_cubic(mouths, places)
    if closure is None:
        return moved
    touches = np.zeros(count, np.float32)
    for first, last, level in _closures(touching):
        start = min(frame_at(first, ratio), count - 1)
        middle = min(int((first + last) / 2 * float(ratio)), count - 1)
        frames = np.arange(start, max(start, frame_at(last, ratio)))
        frames = frames[frames < count] if len(frames) else np.array([middle])
        held = np.clip(np.rint(places[frames]).astype(int), first, last - 1)
        stronger = level >= touches[frames]
        moved[frames[stronger]] = mouths[held[stronger]]
        touches[frames[stronger]] = level
    return moved, touches


def _monotone_cubic(values: Sequence3, places: Floats) -> Sequence3:
    """Values (T, N) at places counted in frames."""
    if len(values) < 2:
        return np.repeat(values, len(places), axis=0)
    known = values.astype(np.float64)
    slopes = _slopes(known)
    inside = np.clip(places, 0, len(values) - 1)
    left = np.minimum(inside.astype(int), len(values) - 2)
    t = (inside - left)[:, None]
    rise = known[left + 1] - known[left]
    # Hermite's cubic, from the left value on
    made = known[left] + t * (
        slopes[left]
        + t * ((3 - 2 * t) * rise - (2 - t) * slopes[left] - (1 - t) * slopes[left + 1])
    )
    low, high = np.minimum(known[left], known[left + 1]), np.maximum(known[left], known[left + 1])
    return np.asarray(np.clip(made, low, high), np.float32)


def _slopes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope at every frame: the harmonic mean of the steps around it, 0 at turning points and at
    the ends, beyond which the value is held."""
    steps = np.diff(values, axis=0)
    before, after = steps[:-1], steps[1:]
    product = before * after
    slopes = np.zeros_like(values)
    same = product > 0
    slopes[1:-1][same] = 2 * product[same] / (before + after)[same]
    return slopes


def _closures(closure: Closure) -> list[tuple[int, int, float]]:
    """Runs of one closure: first frame, frame after the last, value; the weak ones first."""
    bounds = np.flatnonzero(np.diff(closure, prepend=np.nan, append=np.nan) != 0)
    runs = [(int(first), int(last), float(closure[first])) for first, last in pairwise(bounds)]
    return sorted((run for run in runs if run[2] > 0), key=lambda run: run[2])
