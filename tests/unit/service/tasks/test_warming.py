from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.service.readiness import MachineFacts
from mien.service.tasks.warming import WarmTask, machine_facts

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a worker whose engine has no use for it."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)


def test_a_warm_worker_keeps_its_engine_and_has_not_loaded_torch() -> None:
    with Keeper() as keeper:
        facts = WarmTask(EngineSettings("mesh")).run(keeper, lambda progress: None)
        assert isinstance(facts, MachineFacts)
        assert [each.settings.name for each in keeper.status.engines] == ["mesh"]
    assert "torch" not in sys.modules


def test_the_gpu_is_known_from_its_driver(tmp_path: Path) -> None:
    gpu = tmp_path / "0000:01:00.0"
    gpu.mkdir()
    (gpu / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 24\n")
    assert machine_facts(tmp_path) == MachineFacts(True, "NVIDIA H200")


def test_a_machine_without_gpu_has_none(tmp_path: Path) -> None:
    assert machine_facts(tmp_path / "none") == MachineFacts()
