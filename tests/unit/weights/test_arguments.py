"""Arguments beside weights are data; what else a file names is refused unread."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PosixPath

import pytest
import torch
from safetensors.torch import save_file

from mien.errors import WeightsError
from mien.weights import read_arguments, read_state

pytestmark = pytest.mark.unit

STATE = {"a": torch.arange(4.0)}


def saved(path: Path, arguments: object) -> Path:
    torch.save({"args": arguments, "model": STATE, "iter": 7}, path)
    return path


def test_numbers_and_words_are_read_and_all_else_is_left(tmp_path: Path) -> None:
    arguments = Namespace(fps=25, pad_mode="zero", none=None, exp=PosixPath("a/b"), rows=[1, 2])
    path = saved(tmp_path / "x.pt", arguments)
    assert read_arguments(path) == {"fps": 25, "pad_mode": "zero", "none": None}
    assert read_state(path)["model.a"].tolist() == [0, 1, 2, 3]


def test_a_file_without_any_says_nothing(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "x.pt")
    assert read_arguments(tmp_path / "x.pt") == {}
    assert read_arguments(saved(tmp_path / "y.pt", {"fps": 25})) == {}
    save_file(STATE, tmp_path / "x.safetensors")
    assert read_arguments(tmp_path / "x.safetensors") == {}


def test_paths_of_newer_pythons_are_read_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as renamed:
        renamed.setattr(PosixPath, "__module__", "pathlib._local")
        renamed.setitem(sys.modules, "pathlib._local", sys.modules["pathlib"])
        path = saved(tmp_path / "x.pt", Namespace(fps=30, exp=PosixPath("a")))
    assert read_arguments(path) == {"fps": 30}


class Hostile:
    """What would run a command where it is unpickled."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._target),)


def test_code_in_the_arguments_is_not_run(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.pt", Namespace(fps=25, evil=Hostile(tmp_path / "made")))
    for read in (read_arguments, read_state):
        with pytest.raises(WeightsError, match=r"code that names '.*mkdir'; it was not run"):
            read(path)
    assert not (tmp_path / "made").exists()


def test_several_threads_read_at_once(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.pt", Namespace(fps=25))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read_arguments, [path] * 40)) == [{"fps": 25}] * 40
    assert Namespace not in torch.serialization.get_safe_globals()
