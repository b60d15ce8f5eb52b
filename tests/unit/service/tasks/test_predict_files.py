from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.report import Report
from mien.pipeline.verbs.predicting import Prediction
from mien.service.tasks.predict_files import entry_name, write_zip

pytestmark = pytest.mark.unit

REPORT = Report("", "mesh", 1, (1, 1), Fraction(25), 1.0, 1, 0, {})


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("s12.jpg", "s12.jpg"),
        ("Zoë ünd 李.mp4", "Zoë ünd 李.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\me.png", "me.png"),
        ("/", "source"),
        ("..", "source"),
        ("", "source"),
        ("a\x00b\nc\x1b[31m.png", "abc[31m.png"),
        ("gnp.\u202ee.exe", "gnp.e.exe"),
        ("half \ud800.png", "half .png"),
        ('a<b>:"|?*.mp4', "ab.mp4"),
        (".hidden.png. ", "hidden.png"),
    ],
)
def test_a_name_loses_what_has_no_place_in_a_zip(told: str, name: str) -> None:
    assert entry_name(told, "source") == name


def test_a_long_name_keeps_its_extension() -> None:
    assert entry_name("x" * 5000 + ".mp4", "source").endswith("x.mp4")


@given(st.text(max_size=300))
def test_every_name_is_short_and_one_level_deep(told: str) -> None:
    name = entry_name(told, "source")
    assert 0 < len(name.encode()) <= 100
    assert not set(name) & set("/\\\0")
    assert name not in (".", "..")
    assert entry_name(name, "source") == name


def made(folder: Path, *, of_template: bool = False) -> Prediction:
    def file(name: str) -> Path:
        (folder / name).write_text(name)
        return folder / name

    if of_template:
        return Prediction(file("crop"), file("whole"), None, None, None, REPORT)
    names = ("crop", "whole", "crop-heard", "whole-heard", "motion")
    return Prediction(*map(file, names), REPORT)


def test_the_zip_is_flat_and_stored_and_has_the_names_of_old(tmp_path: Path) -> None:
    write_zip(tmp_path / "output.zip", made(tmp_path), "s.jpg", "d.mp4")
    with ZipFile(tmp_path / "output.zip") as packed:
        held = {each.filename: packed.read(each).decode() for each in packed.infolist()}
        assert {each.compress_type for each in packed.infolist()} == {ZIP_STORED}
    assert held == {
        "s.jpg-d.mp4-crop.mp4": "crop",
        "s.jpg-d.mp4-org.mp4": "whole",
        "s.jpg-d.mp4-crop-audio.mp4": "crop-heard",
        "s.jpg-d.mp4-org-audio.mp4": "whole-heard",
        "d.mp4.pkl": "motion",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["output.zip"]


def test_a_template_gives_two_films(tmp_path: Path) -> None:
    write_zip(tmp_path / "output.zip", made(tmp_path, of_template=True), "same.x", "same.x")
    with ZipFile(tmp_path / "output.zip") as packed:
        assert packed.namelist() == ["same.x-same.x-crop.mp4", "same.x-same.x-org.mp4"]
