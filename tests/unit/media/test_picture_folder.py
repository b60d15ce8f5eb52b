from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import OutputError
from mien.media import PictureFolder, read_still

pytestmark = pytest.mark.unit

PICTURE = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
NAMES = ("happy", "sad")


def fill(path: Path, *, force: bool = False) -> None:
    with PictureFolder(path, NAMES, force=force) as folder:
        for name in NAMES:
            folder.write(name, PICTURE)


def test_pictures_come_back_as_they_were(tmp_path: Path) -> None:
    fill(tmp_path / "set")
    assert sorted(file.name for file in (tmp_path / "set").iterdir()) == ["happy.png", "sad.png"]
    np.testing.assert_array_equal(read_still(tmp_path / "set" / "sad.png").pixels, PICTURE)


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AttributeError), PictureFolder(tmp_path / "set", NAMES) as folder:
        folder.write("happy", None)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_replaced_only_by_force(tmp_path: Path) -> None:
    fill(tmp_path / "set")
    with pytest.raises(OutputError, match="holds such pictures already; use --force"):
        PictureFolder(tmp_path / "set", NAMES)
    fill(tmp_path / "set", force=True)
    assert [folder.name for folder in tmp_path.iterdir()] == ["set"]


def test_a_folder_that_holds_anything_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "me.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match="holds other files"):
        PictureFolder(tmp_path, NAMES, force=True)


@pytest.mark.parametrize("name", ["there", "nowhere/set", "a\0b", "x" * 300, "set.bmp"])
def test_places_that_cannot_be_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").write_bytes(b"a file")
    with pytest.raises(OutputError):
        fill(tmp_path / name)


def test_a_folder_with_a_dot_in_its_name_says_that_it_is_one(tmp_path: Path) -> None:
    with PictureFolder(f"{tmp_path}/set.1/", NAMES) as folder:
        folder.write("happy", PICTURE)
    assert (tmp_path / "set.1" / "happy.png").is_file()


@pytest.mark.parametrize("name", ["", "/"])
def test_no_name_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match="names no folder"):
        PictureFolder(name, NAMES)
