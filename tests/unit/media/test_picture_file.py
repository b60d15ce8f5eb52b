from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import OutputError
from mien.media import PictureFile, read_still

pytestmark = pytest.mark.unit

PICTURE = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)


def test_a_png_comes_back_as_it_was(tmp_path: Path) -> None:
    PictureFile(tmp_path / "a.png").write(PICTURE)
    np.testing.assert_array_equal(read_still(tmp_path / "a.png").pixels, PICTURE)


@pytest.mark.parametrize("extension", ["png", "webp"])
def test_transparency_is_kept(tmp_path: Path, extension: str) -> None:
    alpha = np.linspace(0, 255, 600).astype(np.uint8).reshape(20, 30)
    PictureFile(tmp_path / f"a.{extension}").write(np.dstack([PICTURE, alpha]))
    read = read_still(tmp_path / f"a.{extension}").alpha
    assert read is not None
    np.testing.assert_array_equal(read, alpha)


def test_jpeg_lays_transparency_on_white(tmp_path: Path) -> None:
    PictureFile(tmp_path / "a.jpg").write(np.zeros((8, 8, 4), np.uint8))
    assert read_still(tmp_path / "a.jpg").pixels.min() > 250


def test_what_exists_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        PictureFile(path)
    PictureFile(path, force=True).write(PICTURE)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("name", ["a.bmp", "a", ""])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="end it with"):
        PictureFile(tmp_path / name if name else "")
