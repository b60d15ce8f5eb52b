from __future__ import annotations

from pathlib import Path

import pytest

from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.service.tasks.catalog import EnginesTask, EngineState

pytestmark = pytest.mark.unit


def states(default: EngineSettings) -> dict[str, EngineState]:
    found = EnginesTask(default).run(Keeper(), lambda progress: None)
    return {each.name: each for each in found}


def test_an_engine_that_runs_has_no_problem() -> None:
    mesh = states(EngineSettings("mesh"))["mesh"]
    assert mesh.problem is None
    assert mesh.info is not None
    assert mesh.info.licence == "Apache-2.0"


def test_one_without_its_weights_says_how_to_get_them_and_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    missing = states(EngineSettings("mesh"))["liveportrait"]
    assert missing.info is not None
    assert missing.problem is not None
    assert "mien models download liveportrait" in missing.problem or "torch" in missing.problem
    assert str(tmp_path) not in missing.problem


def test_a_folder_of_models_that_is_none_is_told_without_its_path(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    given = EngineSettings("liveportrait", models_dir=tmp_path / "gone")
    problem = states(given)["liveportrait"].problem
    assert problem is not None
    assert "mien doctor" in problem
    assert str(tmp_path) not in problem
