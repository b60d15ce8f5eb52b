from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mien.errors import OptionError
from mien.service.settings import ServiceSettings
from mien.service.workers.choice import num_cores, open_executor, variables_of, visible_gpus
from mien.service.workers.inline import InlineExecutor
from mien.service.workers.process import ProcessExecutor

pytestmark = pytest.mark.unit


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    return tmp_path


def test_gpus_are_counted_without_asking_them(devices: Path) -> None:
    assert visible_gpus({}, devices) == ("0", "1")


@pytest.mark.parametrize(
    ("visible", "seen"),
    [
        ("1", ("1",)),
        ("1, 0", ("1", "0")),
        ("GPU-8932f937", ("GPU-8932f937",)),
        ("", ()),
        ("-1", ()),
    ],
)
def test_only_gpus_that_may_be_seen_are_used(
    devices: Path, visible: str, seen: tuple[str, ...]
) -> None:
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": visible}, devices) == seen


def test_a_variable_makes_no_gpus(tmp_path: Path) -> None:
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": "0"}, tmp_path) == ()


def test_gpus_are_dealt_out_in_turn() -> None:
    dealt = [each["CUDA_VISIBLE_DEVICES"] for each in variables_of(3, ("0", "1"))]
    assert dealt == ["0", "1", "0"]


def test_workers_without_gpus_see_what_the_server_sees() -> None:
    assert variables_of(2, ()) == [{}, {}]


def test_there_is_a_process_for_every_core_and_never_one_alone() -> None:
    executor = open_executor(ServiceSettings(device="cpu"))
    assert isinstance(executor, ProcessExecutor)
    assert executor.status.workers == max(2, num_cores())


def test_as_many_processes_as_were_asked_for() -> None:
    assert open_executor(ServiceSettings(workers=1)).status.workers == 1


def test_where_no_process_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(OptionError, match="take inline"):
        open_executor(ServiceSettings())


@pytest.mark.parametrize(("workers", "threads"), [(0, 1), (1, 1), (2, 2), (9, 2)])
def test_inline_is_one_thread_or_two(workers: int, threads: int) -> None:
    executor = open_executor(ServiceSettings(run_in="inline", workers=workers))
    assert isinstance(executor, InlineExecutor)
    assert executor.status.workers == threads
