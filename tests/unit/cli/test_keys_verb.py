"""Tests of ``mien keys``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mien.cli.keys import keys

pytestmark = pytest.mark.unit


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(keys, words, env={"MIEN_DATA_DIR": str(folder)})


def test_a_key_is_printed_once(tmp_path: Path) -> None:
    made = run(tmp_path, "add", "my app")
    assert made.exit_code == 0
    assert re.fullmatch(r"mien_[A-Za-z0-9_-]{43}\n", made.stdout)
    listed = run(tmp_path, "list").stdout
    assert "my app" in listed
    assert made.stdout.strip() not in listed


def test_lists_are_for_programs_too(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "list", "--json").stdout) == []
    run(tmp_path, "add", "a")
    run(tmp_path, "add", "b")
    records = json.loads(run(tmp_path, "list", "--json").stdout)
    assert [record["name"] for record in records] == ["a", "b"]
    assert set(records[0]) == {"owner", "name", "created"}


def test_a_removed_key_is_gone(tmp_path: Path) -> None:
    run(tmp_path, "add", "a")
    assert run(tmp_path, "remove", "a").exit_code == 0
    assert run(tmp_path, "list").stdout == ""


def test_what_cannot_be_done_is_told_in_a_line(tmp_path: Path) -> None:
    run(tmp_path, "add", "a")
    taken, unknown = run(tmp_path, "add", "a"), run(tmp_path, "remove", "b")
    assert (taken.exit_code, unknown.exit_code) == (2, 1)
    for ended in (taken, unknown):
        assert ended.stdout == ""
        assert ended.stderr.count("\n") == 1


def test_another_folder_has_other_keys(tmp_path: Path) -> None:
    run(tmp_path / "one", "add", "a")
    assert run(tmp_path, "list", "--data-dir", str(tmp_path / "one")).stdout.startswith("a ")
    assert run(tmp_path, "list", "--data-dir", str(tmp_path / "two")).stdout == ""
