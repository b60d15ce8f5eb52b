from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

import mien
from e2e.ending import Ending
from mien.media import open_video
from mien.motion.expressions import load_expressions

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
NAMES = sorted(load_expressions())


def facts(done: Ending) -> dict[str, Any]:
    """The report that was printed."""
    return dict(json.loads(done.out))


def pixels(path: str | Path) -> np.ndarray:
    return mien.read_still(path).pixels.astype(int)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP")]
)
def test_an_expression_is_put_on_a_picture(run: Run, portrait: Path, name: str, kind: str) -> None:
    done = run("express", portrait, "--emotion", "happy", "-o", name)
    assert (done.code, done.out) == (0, f"{name}\n")
    with PillowImage.open(name) as picture:
        assert (picture.format, picture.size) == (kind, (192, 192))
    assert np.abs(pixels(name) - pixels(portrait)).max() > 30


def test_a_stronger_expression_changes_the_picture_more(run: Run, portrait: Path) -> None:
    for intensity in (0, 0.5, 1):
        run(
            "express",
            portrait,
            "-e",
            "surprised",
            "--intensity",
            intensity,
            "-o",
            f"{intensity}.png",
        )
    neutral = pixels("0.png")
    change = [np.abs(pixels(f"{x}.png") - neutral).mean() for x in (0.5, 1)]
    assert 0 < change[0] < change[1]


def test_a_feeling_in_an_expressions_place_is_that_expression(run: Run, portrait: Path) -> None:
    sad = load_expressions()["sad"]
    run("express", portrait, "-e", "sad", "-o", "name.png")
    run("express", portrait, "--valence", sad.valence, "--arousal", sad.arousal, "-o", "place.png")
    assert np.abs(pixels("name.png") - pixels("place.png")).mean() < 0.5


def test_the_report_says_what_a_still_costs(run: Run, portrait: Path) -> None:
    report = facts(run("express", portrait, "-e", "calm", "-o", "calm.png", "--json"))
    assert (report["output"], report["stills"], report["size"]) == ("calm.png", 1, [192, 192])
    assert report["ms_per_still"] > 0


def test_a_film_goes_from_neutral_to_the_expression(run: Run, portrait: Path) -> None:
    film = ("express", portrait, "-e", "surprised", "--duration", 1.6, "-o", "film.mp4", "--json")
    report = facts(run(*film))
    assert (report["frames"], report["rate"]) == (40, "25/1")
    with open_video("film.mp4") as video:
        frames = [frame.pixels.astype(int) for frame in video]
    change = [np.abs(frame - frames[0]).mean() for frame in frames]
    assert change[5] < 0.5 * change[-1]


@pytest.mark.parametrize("name", ["film.webm", "film.gif"])
def test_films_come_in_other_kinds(run: Run, portrait: Path, name: str) -> None:
    assert run("express", portrait, "-e", "sad", "--duration", 0.2, "-o", name).code == 0
    with open_video(name) as video:
        assert len(list(video)) == 5


def test_all_expressions_fill_a_folder_with_a_sheet(run: Run, portrait: Path) -> None:
    report = facts(run("express", portrait, "--all", "-o", "set", "--json"))
    assert sorted(file.stem for file in Path("set").iterdir()) == ["_sheet", *NAMES]
    assert (report["stills"], report["sheet"]) == (10, "set/_sheet.png")
    assert pixels("set/_sheet.png").shape == (584, 1304, 3)


def test_all_expressions_on_a_sheet_alone(run: Run, portrait: Path) -> None:
    done = run("express", portrait, "--all", "--size", 64, "-o", "sheet.jpg")
    assert (done.code, done.out) == (0, "sheet.jpg\n")
    assert pixels("sheet.jpg").shape == (584, 1304, 3)


def test_without_a_name_results_go_to_outputs(run: Run, portrait: Path) -> None:
    still = run("express", portrait, "-e", "sad").out.strip()
    folder = run("express", portrait, "--all", "--no-paste-back").out.strip()
    assert still.startswith("outputs/express_")
    assert still.endswith(".png")
    assert (Path(folder) / "_sheet.png").is_file()


def test_transparency_of_the_portrait_is_kept(run: Run, portrait: Path) -> None:
    opaque = cv2.imread(str(portrait))
    alpha = np.full(opaque.shape[:2], 255, np.uint8)
    alpha[:20] = 0
    cv2.imwrite("clear.png", np.dstack([opaque, alpha]))
    run("express", "clear.png", "-e", "happy", "-o", "result.png")
    kept = mien.read_still("result.png").alpha
    assert kept is not None
    assert kept[:5].max() == 0
    assert run("express", "clear.png", "--all", "-o", "sheet.png").code == 0
    assert pixels("sheet.png")[8, 100].min() > 250


def test_python_gives_the_report(portrait: Path, tmp_path: Path) -> None:
    steps: list[mien.Progress] = []
    folder = tmp_path / "set"
    report = mien.express(portrait, every=True, size=64, output=folder, progress=steps.append)
    assert isinstance(report, mien.StillReport)
    assert [step.done for step in steps] == list(range(1, 11))


def test_the_same_seed_gives_the_same_film(run: Run, portrait: Path) -> None:
    film = ("express", portrait, "-e", "calm", "--duration", 0.2, "--size", 64)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(*film, "--seed", seed, "-o", f"{name}.gif")
    a, b, c = (Path(f"{name}.gif").read_bytes() for name in "abc")
    assert a == b
    assert a != c


WAYS = "give just one of --emotion NAME, --valence X with --arousal Y, and --all"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-e", "hapy"], "'hapy': there is none of that name; there are neutral, happy, sad"),
        ([], WAYS),
        (["-e", "sad", "--all"], WAYS),
        (["-e", "sad", "--valence", "1", "--arousal", "0"], WAYS),
        (["--valence", "1"], "--valence: needs --arousal too"),
        (["--arousal", "1"], "--arousal: needs --valence too"),
        (["--valence", "2", "--arousal", "0"], "--valence: 2 is not a number from -1 to 1"),
        (["--valence", "nan", "--arousal", "0"], "--valence: nan is not a number from -1 to 1"),
        (["-e", "sad", "--intensity", "1.5"], "--intensity: 1.5 is not a number from 0 to 1"),
        (["--all", "--intensity", "nan"], "--intensity: nan is not a number from 0 to 1"),
        (["-e", "sad", "--intensity", "-1", "-o", "x.mp4"], "intensity: -1 is not a number"),
        (["-e", "sad", "--duration", "2", "-o", "x.png"], "--duration: is for films"),
        (["--all", "--duration", "2"], "--duration: is for films"),
        (["-e", "sad", "--duration", "0", "-o", "x.mp4"], "--duration: 0 is not a time"),
        (["--all", "-o", "x.mp4"], "--all: makes pictures"),
        (["-e", "sad", "-o", "x.bmp"], "x.bmp"),
        (["--all", "-o", "x.bmp"], "x.bmp"),
        (["-e", "sad", "-o", "nowhere/x.png"], "the folder nowhere does not exist"),
        (["--all", "-o", "nowhere/set"], "the folder nowhere does not exist"),
        (["-e", "sad", "--face", "3"], "has one face"),
        (["-e", "sad", "--size", "5"], "--size"),
        (["--all", "--engine", "magic"], "there is no 'magic'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    run: Run, portrait: Path, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    done = run("express", portrait, *arguments)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_results_and_inputs_are_safe_from_each_other(run: Run, portrait: Path) -> None:
    Path("set").mkdir()
    mine = Path("set/happy.png")
    mine.write_bytes(portrait.read_bytes())
    for arguments in (["--all", "-o", "set", "--force"], ["-e", "sad", "-o", mine, "--force"]):
        done = run("express", mine, *arguments)
        assert done.code == 2
        assert "what is read" in done.err
    done = run("express", portrait, "--all", "-o", "set")
    assert "use --force" in done.err
    assert mine.read_bytes() == portrait.read_bytes()
    assert [file.name for file in Path("set").iterdir()] == ["happy.png"]
