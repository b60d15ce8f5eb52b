from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mien.errors import OutputError
from mien.pipeline.target import result_path

pytestmark = pytest.mark.unit

NOW = datetime(2030, 1, 2, 3, 4, 5)


def test_a_result_goes_where_it_is_asked_to() -> None:
    assert result_path("a/b.webm", "animate", NOW) == Path("a/b.webm")


def test_otherwise_it_goes_to_outputs_with_verb_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert result_path(None, "demo", NOW) == Path("outputs/demo_20300102_030405.mp4")
    assert (tmp_path / "outputs").is_dir()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("outputs").write_text("a file in the way")
    with pytest.raises(OutputError, match="outputs: cannot be made"):
        result_path(None, "demo", NOW)
