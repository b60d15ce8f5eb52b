from __future__ import annotations

from pathlib import Path

import pytest

from fakes.hub import use_hub
from mien.engines import ENGINES
from mien.pipeline.verbs.diagnosis import diagnose

pytestmark = pytest.mark.unit


def test_packages_and_engines_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIEN_MODELS_DIR", raising=False)
    use_hub(monkeypatch, tmp_path / "hub")
    found = diagnose()
    assert {"torch", "openvino", "safetensors", "huggingface-hub"} <= set(found.versions)
    problems = {engine.name: engine.problem for engine in found.engines}
    assert set(problems) == set(ENGINES)
    assert problems["mesh"] is None
    assert "mien models download liveportrait" in str(problems["liveportrait"])
