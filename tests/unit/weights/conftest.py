"""A machine without weights, and small files in the official layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.hub import use_hub
from fakes.liveportrait_weights import write_official_weights


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder and the Hugging Face cache are empty, and there is no network."""
    monkeypatch.chdir(tmp_path)
    use_hub(monkeypatch, tmp_path / "hub")
    return tmp_path


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``pretrained_weights`` with the smallest files: appearance extractor and retargeting."""
    folder = tmp_path_factory.mktemp("official") / "pretrained_weights"
    return write_official_weights(folder, only=("appearance", "retargeting"))
