"""Motion that a film gives to a film, steadied while it streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mien.engines.liveportrait.algebra.readings import DrivingMotion, SourceMotion
from mien.engines.liveportrait.algebra.rotation import nearest_rotation
from mien.motion.kalman import PROCESS, smooth_series
from mien.types import Floats

UNSEEN = 1e-7
"""Share of a later frame's news that may be missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One frame of the driver brought together with its source, not yet on the canvas.

    rotation: (3, 3) of the head now. expression: (21, 3), all regions.
    """

    source: SourceMotion
    driving: DrivingMotion
    rotation: Floats
    expression: Floats


def lookahead(observation: float) -> int:
    """How many frames the smoother must see ahead so that whatever lies beyond changes a value by
    less than 1e-7 of its own surprise: 5 at LivePortrait's 3e-7, 10 at 3e-6, 168 at 1e-3.

    What a later frame says reaches an earlier one through the product of the smoother's gains
    between them, P/(P + q). The variance P falls from frame to frame, so that the gains are
    largest at the very start: their product from there on is the bound.
    """
    variance = observation / (1.0 + observation)
    share, frames = 1.0, 0
    while share > UNSEEN:
        predicted = variance + PROCESS
        share *= variance / predicted
        variance = predicted * observation / (predicted + observation)
        frames += 1
    return frames


def smooth_steps(
    steps: Iterable[Step], observation: float, *, orthonormal: bool = False
) -> Iterator[Step]:
    """The same steps with steady rotations and expressions, :func:`lookahead` frames later.

    Rotations are smoothed number by number, as LivePortrait does; ``orthonormal`` takes the
    nearest rotation of each result.
    """
    waiting: deque[Step] = deque()

    def numbers() -> Iterator[Floats]:
        for step in steps:
            waiting.append(step)
            yield np.concatenate([step.rotation.ravel(), step.expression.ravel()])

    for smooth in smooth_series(
        numbers(), process=PROCESS, observation=observation, lag=lookahead(observation)
    ):
        rotation = smooth[:9].reshape(3, 3)
        yield replace(
            waiting.popleft(),
            rotation=nearest_rotation(rotation) if orthonormal else rotation,
            expression=smooth[9:].reshape(21, 3),
        )
