"""Steadies a series of measurements that wanders slowly and is read with noise.

The smoother of Rauch, Tung and Striebel (1965) for a random walk, one scalar filter for all
numbers of a measurement: what LivePortrait does with the motion of a film (pykalman with unit
matrices). It looks ahead as well as back and so delays nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from mien.types import Floats

PROCESS = 1e-5
"""LivePortrait's variance of one step of the walk."""
OBSERVATION = 3e-7
"""LivePortrait's variance of the noise, ``driving_smooth_observation_variance``."""
_FIRST = 1.0
"""Variance of what is known before the first measurement, whose mean is that measurement."""


@dataclass(frozen=True, slots=True)
class _State:
    """After a measurement: its filtered mean and variance, and the variance predicted before."""

    mean: Floats
    variance: float
    predicted: float


def smooth_series(
    values: Iterable[Floats],
    *,
    process: float = PROCESS,
    observation: float = OBSERVATION,
    lag: int,
) -> Iterator[Floats]:
    """The same number of arrays of the same shape, steadier, each at its own place.

    process, observation: variances of the walk's steps and of the noise; only their ratio
    matters but for the very beginning. lag: how many values it looks ahead, and holds. What
    lies further ahead would count by less than ``(observation / (observation + process)) **
    lag``.
    """
    states: deque[_State] = deque()
    for value in values:
        states.append(_filtered(states[-1] if states else None, value, process, observation))
        if len(states) > lag:
            yield _smoothed(states)
            states.popleft()
    while states:
        yield _smoothed(states)
        states.popleft()


def _filtered(before: _State | None, value: Floats, process: float, observation: float) -> _State:
    value = np.asarray(value, np.float64)
    if before is None:
        mean, predicted = value, _FIRST
    else:
        mean, predicted = before.mean, before.variance + process
    gain = predicted / (predicted + observation)
    return _State(mean + gain * (value - mean), (1.0 - gain) * predicted, predicted)


def _smoothed(states: deque[_State]) -> Floats:
    """The first state's mean, told what came after it."""
    ahead = list(states)
    mean = ahead[-1].mean
    for now, following in zip(ahead[-2::-1], ahead[:0:-1], strict=True):
        mean = now.mean + now.variance / following.predicted * (mean - now.mean)
    return mean
