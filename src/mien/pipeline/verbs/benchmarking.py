"""How fast an engine is here, and what memory it needs: what ``mien bench`` does."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from mien.checks import check_whole
from mien.engines.settings import (
    DEFAULT_SETTINGS,
    FOR_FILMS,
    SWITCHES,
    EngineSettings,
    settings_of,
)
from mien.errors import OptionError, OutputError
from mien.media.staging import Staging
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.measuring.engine_run import Measured, Plan, run_engine
from mien.pipeline.measuring.figures import Figures
from mien.pipeline.measuring.laps import TOTAL, Lap, in_milliseconds
from mien.pipeline.measuring.memory import Memory, most
from mien.pipeline.options import MAX_SIDE
from mien.types import ProgressCallback

_MIN_SIDE = 128
"""Pixels in which the portrait's face is found for certain."""
_MOST = 1_000_000
_CHOICES = ("device", "precision", "runtime", "tier", "species")


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What was measured; times in milliseconds but for ``load_s``.

    settings: what was chosen of the engine. weights: ``installed``, ``recipe`` (made up; they take
    as long), or None for an engine without. size: side of the portrait, pixels. prepare_ms: of the
    portrait, by stage, and ``total``. warmup_ms: of the engine's own warm-up. first_frame_ms: of
    the first round after that, for all its frames. frame_ms, stages_ms: of one frame, in the rounds
    that count. memory: the most that was held; memory_by_phase: in each phase, if asked for.
    """

    engine: str
    settings: Mapping[str, str]
    weights: str | None
    size: int
    batch: int
    warmup: int
    iterations: int
    load_s: float
    prepare_ms: Mapping[str, float]
    warmup_ms: float
    first_frame_ms: float
    frame_ms: Figures
    stages_ms: Mapping[str, Figures]
    frames_per_second: float
    memory: Memory
    memory_by_phase: Mapping[str, Memory] | None
    version: str
    machine: Mapping[str, str | int]

    def to_json(self, *, indent: int | None = None) -> str:
        """One line of JSON, or several, indented."""
        return json.dumps(asdict(self), indent=indent)


def benchmark(
    engine: str | EngineSettings = DEFAULT_SETTINGS,
    *,
    iterations: int = 30,
    warmup: int = 3,
    size: int = 512,
    profile_memory: bool = False,
    output: str | Path | None = None,
    force: bool = False,
    progress: ProgressCallback | None = None,
) -> BenchReport:
    """Measure an engine on the built-in portrait, ``size`` x ``size`` pixels.

    ``iterations`` rounds count, each of the engine's ``batch`` frames, after ``warmup`` that do
    not. Without weights on this machine networks get others, which take as long, unless the
    settings say where weights are. ``profile_memory``: tell that of each phase, too.
    ``output``: a file of JSON, whose name ends in ``.json``.

    Raises an InputError for what cannot be done, before the work begins; EngineUnavailableError.
    """
    _check(iterations, warmup, size)
    settings = settings_of(engine)
    plan = Plan(chosen_engine(settings), iterations, warmup, size)
    _check_for_picture(settings)
    staging = None if output is None else place_of(output, force=force)
    measured = run_engine(plan, made_up=settings.models_dir is None, progress=progress)
    report = _report(plan, measured, profile_memory=profile_memory)
    if staging is not None:
        write_report(staging, report.to_json(indent=2))
    return report


def write_report(staging: Staging, text: str) -> None:
    """Put a report where :func:`place_of` said. Raises OutputError."""
    with staging.writing() as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def place_of(output: str | Path, *, force: bool) -> Staging:
    """The place of the file, where something was written to already: what keeps the report from
    being written is told before anything is measured."""
    staging = Staging(Path(output), folder=False, force=force)
    if staging.target.suffix.lower() != ".json":
        raise OutputError(output, "is no name for a report; end it with .json")
    staging.create()
    staging.discard()
    return staging


def _check(iterations: int, warmup: int, size: int) -> None:
    for option, value, low, high in (
        ("--iterations", iterations, 1, _MOST),
        ("--warmup", warmup, 0, _MOST),
        ("--size", size, _MIN_SIDE, MAX_SIDE),
    ):
        check_whole(option, value, least=low, most=high)


def _check_for_picture(settings: EngineSettings) -> None:
    """OptionError for what acts on films alone: the portrait that is measured is none."""
    for name in FOR_FILMS:
        if getattr(settings, name) != getattr(DEFAULT_SETTINGS, name):
            problem = "is for films, and what is measured is a picture; leave it out"
            raise OptionError(SWITCHES[name], problem)


def _report(plan: Plan, measured: Measured, *, profile_memory: bool) -> BenchReport:
    settings, phases = plan.engine, measured.phases
    counted = in_milliseconds(measured.rounds[plan.warmup :], frames=settings.batch)
    return BenchReport(
        engine=settings.name,
        settings={choice: getattr(settings, choice) for choice in _CHOICES},
        weights=measured.weights,
        size=plan.size,
        batch=settings.batch,
        warmup=plan.warmup,
        iterations=plan.iterations,
        load_s=round(phases["load"][TOTAL], 3),
        prepare_ms=_milliseconds(phases["prepare"]),
        warmup_ms=_milliseconds(phases["warmup"])[TOTAL],
        first_frame_ms=_milliseconds(measured.rounds[0])[TOTAL],
        frame_ms=counted.frame_ms,
        stages_ms=counted.stages_ms,
        frames_per_second=round(1000 / counted.frame_ms["mean"], 2),
        memory=most(measured.memory.values()),
        memory_by_phase=measured.memory if profile_memory else None,
        version=version("mien"),
        machine=_machine(),
    )


def _milliseconds(lap: Lap) -> dict[str, float]:
    return {name: round(1000 * seconds, 3) for name, seconds in lap.items()}


def _machine() -> dict[str, str | int]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }
