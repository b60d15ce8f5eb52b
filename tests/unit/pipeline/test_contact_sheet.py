from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.face import Crop
from mien.pipeline.contact_sheet import ContactSheet, labelled_sheet
from mien.types import Frame

pytestmark = pytest.mark.unit


WHOLE = Crop((0, 0, 64, 64), (64, 64))


def grey(level: int) -> Frame:
    return Frame(np.full((64, 64, 3), level, np.uint8), level, Fraction(1, 25))


def test_twelve_tiles_run_from_the_first_to_the_last_frame() -> None:
    sheet = ContactSheet(100, WHOLE)
    for level in range(100):
        sheet.add(grey(level))
    picture = sheet.picture()
    assert picture[10, 10].tolist() == [0, 0, 0]
    assert picture[-10, -10].tolist() == [99, 99, 99]


def test_a_short_result_leaves_tiles_empty() -> None:
    sheet = ContactSheet(1, WHOLE)
    sheet.add(grey(0))
    assert sheet.picture()[-10, -10].tolist() == [255, 255, 255]


def test_a_sheet_is_saved_whole(tmp_path: Path) -> None:
    sheet = ContactSheet(1, WHOLE)
    sheet.add(grey(0))
    sheet.save(tmp_path / "sheet.png")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
    with PillowImage.open(tmp_path / "sheet.png") as picture:
        assert picture.format == "PNG"


def grey_picture(level: int) -> np.ndarray:
    return np.full((64, 64, 3), level, np.uint8)


def test_a_labelled_sheet_has_rows_of_five() -> None:
    sheet = labelled_sheet({f"face{n}": grey_picture(20 * n) for n in range(7)})
    tiles = sheet[130::290, 130::260, 0]
    assert tiles.tolist() == [[0, 20, 40, 60, 80], [100, 120, 255, 255, 255]]


def test_every_picture_of_a_labelled_sheet_has_its_name_below_it() -> None:
    long = "a-name-of-forty-characters-long-as-can-be"
    sheet = labelled_sheet({"happy": grey_picture(0), long: grey_picture(0), " ": grey_picture(0)})
    label = sheet[262:288, :, 0] < 200
    short, whole, none = label[:, 4:260], label[:, 264:520], label[:, 524:780]
    assert short.any()
    assert np.abs(np.flatnonzero(short.any(axis=0)).mean() - 128) < 8
    assert not short[:, :60].any()
    assert whole[:, 235:].any()
    assert not none.any()
