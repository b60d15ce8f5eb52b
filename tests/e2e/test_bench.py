"""``mien bench``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.ending import Ending

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
FEW = ("--iterations", 2, "--warmup", 1, "--size", 192)


def test_a_table_and_a_file_tell_how_fast_an_engine_is(run: Run, tmp_path: Path) -> None:
    ending = run("bench", *FEW, "-o", "results.json", "--profile-memory")
    assert (ending.code, ending.err) == (0, "")
    lines = ending.out.splitlines()
    assert lines[0].startswith("mesh, 192 x 192, batch 1")
    assert [line.split()[0] for line in lines[2:6]] == ["track", "render", "paste", "all"]
    assert lines[-1] == "results.json"
    assert any(line.startswith("  frames: ") for line in lines)
    facts = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert facts["engine"] == "mesh"
    assert facts["iterations"] == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "results.json"]


def test_json_is_one_line(run: Run) -> None:
    ending = run("bench", *FEW, "--json")
    assert ending.code == 0
    facts = json.loads(ending.out)
    assert ending.out.count("\n") == 1
    assert facts["memory_by_phase"] is None
    assert facts["stages_ms"]["render"]["p99"] > 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--iterations", 0], "--iterations: 0 is not a whole number from 1 to 1000000"),
        (["--size", 64], "--size: 64 is not a whole number from 128 to 4096"),
        (["--batch", 8], "--batch: engine mesh has no use for it"),
        (["--reduced"], "--reduced: mesh has no small networks"),
        (["--engine", "personalive", "--reduced", "--batch", 2], "--batch: engine personalive"),
        (["--engine", "nosuch"], "personalive, joyvasa, musetalk"),
        (["--engine", "joyvasa", "--size", 512], "--size: joyvasa is measured without it"),
        (["--engine", "musetalk", "--warmup", 3], "--warmup: musetalk is measured without it"),
        (["--iterations", "many"], "--iterations"),
        (["-o", "."], "is a folder"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    run: Run, tmp_path: Path, arguments: list[object], problem: str
) -> None:
    ending = run("bench", *arguments)
    assert (ending.code, ending.out) == (2, "")
    assert problem in ending.err
    assert ending.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
