from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mien.errors import OutputError
from mien.pipeline.target import result_path

pytestmark = pytest.mark.unit

NOW = datetime(2030, 1, 2, 3, 4, 5)


def test_a_result_goes_where_it_is_asked_to() -> None:
    with result_path("a/b.webm", "animate", NOW) as path:
        assert path == "a/b.webm"


def test_otherwise_it_goes_to_outputs_with_verb_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with result_path(None, "demo", NOW) as path:
        assert path == Path("outputs/demo_20300102_030405.mp4")
    assert (tmp_path / "outputs").is_dir()


def test_a_folder_made_for_nothing_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt), result_path(None, "demo", NOW):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("outputs").mkdir()
    with pytest.raises(RuntimeError), result_path(None, "demo", NOW):
        raise RuntimeError
    assert Path("outputs").is_dir()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("outputs").write_text("a file in the way")
    with (
        pytest.raises(OutputError, match="outputs: cannot be made"),
        result_path(None, "demo", NOW),
    ):
        pass


def test_what_is_read_is_never_replaced(tmp_path: Path) -> None:
    film = tmp_path / "clip.mp4"
    film.write_text("a film")
    link = tmp_path / "link.mp4"
    link.symlink_to(film)
    for name in (film, link):
        with (
            pytest.raises(OutputError, match="is what is read"),
            result_path(name, "animate", NOW, inputs=("me.jpg", str(film))),
        ):
            pass
