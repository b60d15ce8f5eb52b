from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mien.engines import EngineSettings
from mien.errors import OptionError, OutputError
from mien.pipeline.verbs.benchmarking import BenchReport, benchmark
from mien.types import Progress

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def steps() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def report(steps: list[Progress]) -> BenchReport:
    return benchmark(iterations=3, warmup=2, size=192, profile_memory=True, progress=steps.append)


def test_the_stages_of_a_frame_add_up(report: BenchReport) -> None:
    assert set(report.stages_ms) == {"track", "render", "paste"}
    spent = sum(stage["mean"] for stage in report.stages_ms.values())
    assert 0.5 * report.frame_ms["mean"] < spent <= report.frame_ms["mean"] + 0.01
    assert report.frames_per_second == pytest.approx(1000 / report.frame_ms["mean"], rel=0.01)


def test_percentiles_and_extremes_are_told(report: BenchReport) -> None:
    for figures in (report.frame_ms, *report.stages_ms.values()):
        assert {"mean", "min", "p50", "p95", "p99"} <= set(figures)


def test_the_first_frame_is_told_apart(report: BenchReport) -> None:
    assert report.first_frame_ms > 0
    assert report.prepare_ms["total"] > 0
    assert (report.warmup, report.iterations) == (2, 3)


def test_an_engine_without_networks_has_no_weights(report: BenchReport) -> None:
    assert (report.engine, report.weights, report.batch) == ("mesh", None, 1)


def test_memory_is_told_of_each_phase(report: BenchReport) -> None:
    assert report.memory_by_phase is not None
    assert list(report.memory_by_phase) == ["start", "load", "prepare", "warmup", "frames"]
    most = max(held.rss_mb or 0.0 for held in report.memory_by_phase.values())
    assert report.memory.rss_mb == most


def test_progress_counts_every_round(report: BenchReport, steps: list[Progress]) -> None:
    assert report.warmup + report.iterations == 5
    assert steps == [Progress(done, 5) for done in range(1, 6)]


def test_the_report_is_one_line_of_json(report: BenchReport) -> None:
    text = report.to_json()
    assert "\n" not in text
    facts: dict[str, Any] = json.loads(text)
    assert facts["memory"]["rss_mb"] == report.memory.rss_mb
    assert facts["settings"]["device"] == "auto"


@pytest.mark.parametrize(
    ("wrong", "option"),
    [
        ({"iterations": 0}, "--iterations"),
        ({"iterations": 10**7}, "--iterations"),
        ({"iterations": 1.5}, "--iterations"),
        ({"warmup": -1}, "--warmup"),
        ({"size": 127}, "--size"),
        ({"size": 4097}, "--size"),
        ({"engine": "nosuch"}, "--engine"),
        ({"engine": EngineSettings(batch=2)}, "--batch"),
    ],
)
def test_what_cannot_be_measured_is_refused(wrong: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=f"^{option}: "):
        benchmark(**wrong)


@pytest.mark.parametrize("batch", [0, 65, 2.0])
def test_a_batch_has_one_to_64_frames(batch: Any) -> None:
    with pytest.raises(OptionError, match=r"^--batch: "):
        EngineSettings("liveportrait", batch=batch)


def test_a_result_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        benchmark(output=path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "problem"),
    [("report.txt", "end it with .json"), ("nowhere/report.json", "does not exist")],
)
def test_a_bad_place_for_the_report_is_told_before_anything_is_measured(
    tmp_path: Path, name: str, problem: str
) -> None:
    steps: list[Progress] = []
    with pytest.raises(OutputError, match=problem):
        benchmark(size=192, output=tmp_path / name, progress=steps.append)
    assert (steps, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder without room")
def test_a_folder_that_takes_no_files_is_told_before_anything_is_measured() -> None:
    steps: list[Progress] = []
    with pytest.raises(OutputError, match=r"cannot be written|not writable"):
        benchmark(size=192, output="/proc/self/report.json", progress=steps.append)
    assert steps == []
