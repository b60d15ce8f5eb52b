"""An engine at work, measured: one thread does everything in turn, so that its stages add up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.engines.trial import Trial, Weights, load_trial
from mien.face import find_faces, paste
from mien.pipeline.measuring.laps import TOTAL, Lap, Lapped
from mien.pipeline.measuring.material import sample_frames, sample_portrait, tracked_motion
from mien.pipeline.measuring.memory import Memory, forget_peak, peak_memory
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Progress, ProgressCallback

_DRIVER_SIDE = 512
_DRIVER_FRAMES = 45
"""Pictures of the driver, shown forwards and backwards; they are held in memory."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    iterations: rounds that count, each of ``engine.batch`` frames. warmup: rounds before them.
    size: side of the portrait, pixels.
    """

    engine: EngineSettings = DEFAULT_SETTINGS
    iterations: int = 30
    warmup: int = 3
    size: int = 512

    @property
    def num_rounds(self) -> int:
        """Those that count and those that do not."""
        return self.warmup + self.iterations


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured.

    weights: as in :class:`mien.engines.trial.Trial`. phases: loading, preparing and warming up.
    rounds: all of them, those of the warm-up first. memory: the most of each phase, ``start`` being
    all that was before; where the system counts but once, the most until its end.
    """

    weights: Weights | None
    phases: dict[str, Lap]
    rounds: list[Lap]
    memory: dict[str, Memory]


def run_engine(plan: Plan, *, made_up: bool, progress: ProgressCallback | None = None) -> Measured:
    """Animate the built-in portrait with pictures of a film of it: load, prepare, warm up, then
    round after round track, render and paste.

    ``made_up`` and errors: as in :func:`mien.engines.trial.load_trial`. ``progress`` is told after
    every round.
    """
    return _Run(plan, progress).measure(made_up=made_up)


class _Run:
    def __init__(self, plan: Plan, progress: ProgressCallback | None) -> None:
        self._plan, self._progress = plan, progress
        self._num_frames = plan.num_rounds * plan.engine.batch
        self._portrait = sample_portrait(plan.size)
        self._face = find_faces(self._portrait.pixels)[0]
        self._film = sample_frames(min(self._num_frames, _DRIVER_FRAMES), _DRIVER_SIDE)
        self._watch = Stopwatch()
        self._lapped = Lapped(self._watch)
        self._phases: dict[str, Lap] = {}
        self._memory: dict[str, Memory] = {}

    def measure(self, *, made_up: bool) -> Measured:
        self._look_at_memory("start")
        self._lapped.restart()
        trial = load_trial(self._plan.engine, self._watch.stage, made_up=made_up)
        with closing(trial.engine) as engine:
            self._end("load")
            source = engine.prepare(self._portrait, self._face)
            self._end("prepare")
            engine.warmup(source)
            self._end("warmup")
            rounds = list(self._rounds(trial, source))
            self._look_at_memory("frames")
        return Measured(trial.weights, self._phases, rounds, self._memory)

    def _rounds(self, trial: Trial, source: Any) -> Iterator[Lap]:
        engine, watch, batch = trial.engine, self._watch, self._plan.engine.batch
        stages = ("track", *trial.stages, "paste", TOTAL)
        motion = tracked_motion(self._film, self._num_frames)
        motion = replace(motion, frames=watch.around("track", motion.frames))
        rendered = watch.around(trial.rest, engine.animate(source, motion, engine.info.options))
        self._lapped.restart()
        for number, crop in enumerate(rendered, start=1):
            with watch.stage("paste"):
                paste(self._portrait.pixels, crop)
            if number % batch == 0:
                lap = self._lapped.lap()
                yield {stage: lap.get(stage, 0.0) for stage in stages}
                self._show(number)
                self._lapped.restart()

    def _end(self, phase: str) -> None:
        self._phases[phase] = self._lapped.lap()
        self._look_at_memory(phase)
        self._lapped.restart()

    def _look_at_memory(self, phase: str) -> None:
        self._memory[phase] = peak_memory()
        forget_peak()

    def _show(self, done: int) -> None:
        if self._progress is not None:
            self._progress(Progress(done, self._num_frames))
