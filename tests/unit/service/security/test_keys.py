"""Tests of API keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mien.errors import OptionError, OutputError
from mien.service.errors import NotFoundError
from mien.service.security.keys import KEYS_FILE, Keys

pytestmark = pytest.mark.unit

GIVEN = "a-key-of-sixteen-or-more"


def test_without_any_key_none_is_required(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert not keys.required
    assert list(tmp_path.iterdir()) == []


def test_an_added_key_is_known_and_named(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    key = keys.add("me")
    assert key.startswith("mien_")
    assert len(key) == 5 + 43
    (record,) = keys.all()
    assert record.name == "me"
    assert keys.owner_of(key) == record.owner
    assert keys.required


def test_a_wrong_key_is_nobodys(tmp_path: Path) -> None:
    keys = Keys(tmp_path, [GIVEN])
    keys.add("me")
    for wrong in ("", "mien_", GIVEN + "x", GIVEN[:-1], "\udcff", "é" * 50):
        assert keys.owner_of(wrong) is None


def test_neither_keys_nor_their_digests_name_owners_or_lie_open(tmp_path: Path) -> None:
    key = Keys(tmp_path).add("me")
    file = tmp_path / KEYS_FILE
    assert key.encode() not in file.read_bytes()
    assert key.removeprefix("mien_").encode() not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_owners_are_the_same_after_a_restart(tmp_path: Path) -> None:
    first = Keys(tmp_path, [GIVEN])
    key = first.add("me")
    second = Keys(tmp_path, [GIVEN])
    assert second.owner_of(GIVEN) == first.owner_of(GIVEN) is not None
    assert second.owner_of(key) == first.owner_of(key)
    assert second.owner_of(key) != second.owner_of(GIVEN)


def test_a_key_added_elsewhere_is_seen_after_refreshing(tmp_path: Path) -> None:
    here, elsewhere = Keys(tmp_path), Keys(tmp_path)
    key = elsewhere.add("me")
    here.refresh()
    assert here.owner_of(key) is not None
    elsewhere.remove("me")
    here.refresh()
    assert here.owner_of(key) is None
    assert not here.required


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.add("me")
    with pytest.raises(OptionError, match="there is a key 'me' already"):
        keys.add("me")


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\x1b[31m", "x" * 65])
def test_names_are_short_and_printable(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="printable"):
        Keys(tmp_path).add(name)


def test_a_key_that_is_not_there_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="mien keys list"):
        Keys(tmp_path).remove("me")
    keys = Keys(tmp_path)
    keys.add("you")
    with pytest.raises(NotFoundError):
        keys.remove("me")


def test_a_damaged_file_is_not_taken_for_one_without_keys(tmp_path: Path) -> None:
    (tmp_path / KEYS_FILE).write_bytes(b"no database at all, but long enough to be looked at")
    with pytest.raises(OutputError, match="file of keys"):
        Keys(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(OutputError):
        Keys(tmp_path / "file" / "folder").add("me")
