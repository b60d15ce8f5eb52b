"""``mien bench``: how fast an engine is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.engine_options import EngineOptions, with_options
from mien.cli.exits import exit_codes
from mien.cli.options import Force, Json, Quiet, Verbose
from mien.cli.progress import progress_shown

if TYPE_CHECKING:
    from mien.pipeline.measuring.memory import Memory
    from mien.pipeline.verbs.benchmarking import BenchReport

_MEASURING = "Measuring"
_USUAL_ROUNDS, _USUAL_WARMUP, _USUAL_SIZE = 30, 3, 512
_COLUMNS = ("mean", "min", "p50", "p95", "p99")

DEFAULT_ENGINE = EngineOptions()


@with_options("engine", EngineOptions)
def bench(
    engine: EngineOptions = DEFAULT_ENGINE,
    iterations: Annotated[
        int | None,
        typer.Option(
            metavar="N", rich_help_panel=_MEASURING,
            help="Rounds that count. Default: 30, and 3 of joyvasa, musetalk and personalive.",
        ),
    ] = None,
    warmup: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Rounds before them. Default: 3.", rich_help_panel=_MEASURING
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            metavar="N", rich_help_panel=_MEASURING,
            help="Side of the portrait in pixels, 128 to 4096. Default: 512.",
        ),
    ] = None,
    reduced: Annotated[
        bool,
        typer.Option(
            "--reduced", rich_help_panel=_MEASURING,
            help="Small networks in the place of personalive's, for a processor.",
        ),
    ] = False,
    profile_memory: Annotated[
        bool,
        typer.Option(
            "--profile-memory", rich_help_panel=_MEASURING,
            help="Tell the most memory held in each phase, too.",
        ),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", rich_help_panel=_MEASURING,
            help="A file of JSON, NAME.json. Default: none.",
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Measure how fast an engine is here, stage by stage, and its memory. Needs no weights."""
    with (
        exit_codes(verbose=verbose, quiet=quiet),
        progress_shown(quiet=quiet, doing="measuring") as progress,
    ):
        from mien.pipeline.verbs.benchmarking import benchmark
        from mien.pipeline.verbs.benchmarking_networks import (
            NETWORKS,
            USUAL_ROUNDS,
            benchmark_networks,
            check_measured,
            check_measuring,
            check_reduced,
        )

        settings = engine.settings()
        check_measured(settings.name)
        if settings.name in NETWORKS:
            of_engines = {"--warmup": warmup is not None, "--size": size is not None}
            of_engines["--profile-memory"] = profile_memory
            check_measuring(settings.name, of_engines)
            told = benchmark_networks(
                settings,
                iterations=USUAL_ROUNDS if iterations is None else iterations,
                reduced=reduced,
                output=output,
                force=force,
            )
            typer.echo(told.to_json(indent=None if json else 2))
            return
        check_reduced(settings.name, reduced=reduced)
        report = benchmark(
            settings,
            iterations=_USUAL_ROUNDS if iterations is None else iterations,
            warmup=_USUAL_WARMUP if warmup is None else warmup,
            size=_USUAL_SIZE if size is None else size,
            profile_memory=profile_memory,
            output=output,
            force=force,
            progress=progress,
        )
    if json:
        typer.echo(report.to_json())
        return
    _show(report)
    if output is not None:
        typer.echo(output)


def _show(report: BenchReport) -> None:
    from rich.console import Console
    from rich.table import Table

    weights = "" if report.weights is None else f", {report.weights} weights"
    table = Table(
        "milliseconds per frame",
        title=f"{report.engine}{weights}, {report.size} x {report.size}, batch {report.batch}",
        title_justify="left",
        box=None,
    )
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for stage, figures in (*report.stages_ms.items(), ("all", report.frame_ms)):
        table.add_row(stage, *(f"{figures[column]:.2f}" for column in _COLUMNS))
    Console(highlight=False).print(table)
    for line in _lines(report):
        typer.echo(line)


def _lines(report: BenchReport) -> list[str]:
    prepare = ", ".join(f"{name} {spent:.1f}" for name, spent in report.prepare_ms.items())
    lines = [
        f"{report.frames_per_second:.1f} frames per second; {report.iterations} rounds, "
        f"after {report.warmup} that do not count",
        f"load {report.load_s:.2f} s; prepare (ms): {prepare}",
        f"warm-up {report.warmup_ms:.1f} ms; first frame after it {report.first_frame_ms:.1f} ms",
        f"memory at most: {_memory(report.memory)}",
    ]
    phases = report.memory_by_phase or {}
    return lines + [f"  {phase}: {_memory(held)}" for phase, held in phases.items()]


def _memory(held: Memory) -> str:
    parts = [
        f"{megabytes:.0f} MB {where}"
        for megabytes, where in ((held.rss_mb, "RSS"), (held.vram_mb, "on the graphics card"))
        if megabytes is not None
    ]
    return ", ".join(parts) or "not told here"
