"""How long each round of the same work takes, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mien.pipeline.measuring.figures import Figures, distribution
from mien.pipeline.stopwatch import Stopwatch

TOTAL = "total"
"""The name of the whole lap among its stages."""

Lap = dict[str, float]
"""Seconds per stage of one lap, and in all."""


class Lapped:
    """Cuts the time of a stopwatch into laps."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch, self._before = watch, watch.seconds

    def lap(self) -> Lap:
        """What was spent since the last call of this or of `restart`."""
        now = self._watch.seconds
        spent = {name: value - self._before.get(name, 0.0) for name, value in now.items()}
        self._before = now
        return {name: value for name, value in spent.items() if value > 0.0}

    def restart(self) -> None:
        """The next lap begins now."""
        self._before = self._watch.seconds


@dataclass(frozen=True, slots=True)
class LapFigures:
    """frame_ms: of a whole frame; stages_ms: of its stages, by name."""

    frame_ms: Figures
    stages_ms: dict[str, Figures]


def in_milliseconds(laps: Sequence[Lap], *, frames: int) -> LapFigures:
    """Milliseconds per frame, of laps in which so many frames were made. A stage that a lap has
    not counts as nothing in it."""
    names = dict.fromkeys(name for lap in laps for name in lap)
    figures = {
        name: distribution([1000 * lap.get(name, 0.0) / frames for lap in laps], digits=3)
        for name in names
    }
    return LapFigures(figures.pop(TOTAL), figures)
