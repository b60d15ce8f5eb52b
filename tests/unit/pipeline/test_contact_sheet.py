from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.face import Crop
from mien.pipeline.contact_sheet import ContactSheet
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
