"""``mien visemes``."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from e2e.ending import Ending
from fakes.media_files import numbered, tone, write_clip, write_sound

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """One second: half of it a hiss."""
    hiss = np.random.default_rng(0).normal(0, 0.1, 44_100)
    hiss[:22_050] = 0
    return write_sound(tmp_path / "hiss.m4a", hiss)


def refused(ending: Ending, folder: Path, *before: str) -> str:
    assert ending.code == 2
    assert ending.out == ""
    assert ending.err.startswith("mien: ")
    assert ending.err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == sorted(before)
    return ending.err


def test_a_sound_becomes_segments_and_frames(run: Run, sound: Path, tmp_path: Path) -> None:
    ending = run("visemes", sound, "-o", "out.json", "--fps", 30)
    assert (ending.code, ending.out, ending.err) == (0, "out.json\n", "")
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert written["audio"] == "hiss.m4a"
    assert written["rate"] == "30/1"
    assert abs(len(written["frames"]) - 30) <= 2
    assert written["frames"][3]["viseme"] == "sil"
    assert written["segments"][0]["start"] == 0
    assert written["segments"][-1]["end"] == pytest.approx(written["duration"], abs=0.01)
    assert {"start", "end", "phoneme", "viseme", "confidence"} == set(written["segments"][0])


def test_the_extension_or_the_option_says_the_format(run: Run, sound: Path, tmp_path: Path) -> None:
    for arguments in (["-o", "a.csv"], ["-o", "a.tsv"], ["-o", "a.json", "--format", "rhubarb"]):
        assert run("visemes", sound, *arguments).code == 0
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text("utf-8").splitlines()))
    assert abs(len(rows) - 24) <= 2
    assert (tmp_path / "a.tsv").read_text("utf-8").startswith("0.00\tX\n")
    cues = json.loads((tmp_path / "a.json").read_text("utf-8"))["mouthCues"]
    assert cues[0]["value"] == "X"


def test_without_a_name_the_file_goes_to_outputs(run: Run, sound: Path) -> None:
    for arguments, extension in ([], ".json"), (["--format", "rhubarb"], ".tsv"):
        ending = run("visemes", sound, *arguments)
        path = Path(ending.out.strip())
        assert path.parent == Path("outputs")
        assert path.name.startswith("visemes_")
        assert path.suffix == extension
        assert path.exists()


def test_the_report_says_who_recognised_it(run: Run, sound: Path) -> None:
    report = json.loads(run("visemes", sound, "-o", "out.csv", "--json").out)
    assert report["output"] == "out.csv"
    assert report["format"] == "csv"
    assert report["backend"] == "network"
    assert report["rate"] == "24/1"
    assert report["frames"] > 20
    assert report["warnings"] == []


def test_a_text_that_is_not_what_is_said_is_a_warning(run: Run, sound: Path) -> None:
    text = "The quick brown fox jumps over the lazy dog, and nobody ever asks it why."
    ending = run("visemes", sound, "-o", "out.json", "--text", text)
    assert ending.code == 0
    assert ending.err.startswith("mien: warning: ")
    assert ending.err.count("\n") == 1
    assert run("visemes", sound, "-o", "quiet.json", "--text", text, "-q").err == ""


def test_the_sound_of_a_video_is_used(run: Run, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [numbered(1)] * 25, sound=(tone(1.0), 44_100, "aac"))
    assert run("visemes", path, "-o", "out.csv").code == 0


def test_the_same_sound_gives_the_same_bytes(run: Run, sound: Path, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        run("visemes", sound, "-o", name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_result_is_replaced_only_by_force(run: Run, sound: Path, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("mine")
    said = refused(run("visemes", sound, "-o", "out.json"), tmp_path, "hiss.m4a", "out.json")
    assert "exists already; use --force" in said
    assert (tmp_path / "out.json").read_text() == "mine"
    assert run("visemes", sound, "-o", "out.json", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["-o", "out.txt"], "out.txt: is no name for visemes; end it with .json or .csv or .tsv"),
        (["-o", "out.csv", "--format", "json"], "end it with .json"),
        (["--format", "xml"], "--format: 'xml' is unknown; choose json, csv, rhubarb"),
        (["--fps", "0"], "fps"),
        (["--fps", "fast"], "--fps"),
        (["--text", " "], "--text: is empty"),
        (["--text", "a", "--text-file", "b"], "exclude each other"),
        (["--text-file", "nowhere.txt"], "nowhere.txt: does not exist"),
        (["-o", "no/where.json"], "does not exist; make it first"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, sound: Path, tmp_path: Path, arguments: list[str], problem: str
) -> None:
    assert problem in refused(run("visemes", sound, *arguments), tmp_path, "hiss.m4a")


def test_what_has_no_sound_is_refused(run: Run, portrait: Path, tmp_path: Path) -> None:
    write_clip(tmp_path / "silent.mp4", [numbered(1)] * 3)
    (tmp_path / "empty.wav").touch()
    before = ("silent.mp4", "empty.wav")
    assert "is a picture" in refused(run("visemes", portrait, "-o", "o.json"), tmp_path, *before)
    for name, problem in (("silent.mp4", "no sound"), ("empty.wav", "empty"), ("no.wav", "exist")):
        assert problem in refused(run("visemes", name), tmp_path, *before)


def test_the_python_in_the_documentation_runs(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sound.rename(tmp_path / "speech.wav")
    page = Path(__file__).parents[2] / "docs" / "visemes.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    exec(program, {})


def test_the_sound_is_never_overwritten(run: Run, sound: Path, tmp_path: Path) -> None:
    sound.rename(tmp_path / "hiss.json")
    ending = run("visemes", "hiss.json", "-o", "hiss.json", "--force")
    assert "is what is read" in refused(ending, tmp_path, "hiss.json")
