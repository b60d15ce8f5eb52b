"""One service for one folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mien.errors import OptionError
from mien.service.jobs.folder_lock import folder_locked

pytestmark = pytest.mark.unit


def test_a_second_one_is_told_who_has_it(tmp_path: Path) -> None:
    with folder_locked(tmp_path / "data"):
        told = f"process {os.getpid()}"
        with pytest.raises(OptionError, match=told), folder_locked(tmp_path / "data"):
            raise AssertionError("not reached")
    with folder_locked(tmp_path / "data"):
        pass


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match="--data-dir"), folder_locked(tmp_path / "file"):
        raise AssertionError("not reached")


def test_a_new_folder_is_its_owners_only(tmp_path: Path) -> None:
    with folder_locked(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
