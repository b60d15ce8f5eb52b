"""The PersonaLive engine through the real command, on weights that nobody trained: what comes out
looks like noise, the way there is the real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.personalive_weights import quick_sizes, write_small_weights
from fakes.running_server import running_server
from fakes.sounds import hello, write_sound
from mien.cli.exits import FAILED, USAGE
from mien.media import open_video

pytestmark = pytest.mark.e2e
Run = Callable[..., Ending]
ENGINE = ("--engine", "personalive", "--resolution", 256, "--device", "cpu", "--quiet")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights as a checkout of upstream's has it."""
    folder = tmp_path_factory.mktemp("checkout") / "pretrained_weights"
    write_small_weights(folder, sizes=quick_sizes())
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, portrait: Path) -> Path:
    """The portrait with a grey frame around it, which nobody should change."""
    picture = cv2.copyMakeBorder(
        cv2.imread(str(portrait)), 40, 40, 60, 60, cv2.BORDER_CONSTANT, value=(128, 128, 128)
    )
    path = tmp_path_factory.mktemp("whole") / "me.png"
    cv2.imwrite(str(path), picture)
    return path


@pytest.fixture
def render(run: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``mien`` with the engine and its weights."""
    monkeypatch.setenv("MIEN_MODELS_DIR", str(models))

    def command(*arguments: object) -> Ending:
        return run(arguments[0], *ENGINE, *arguments[1:])

    return command


def pictures_of(path: Path) -> np.ndarray:
    with open_video(path) as video:
        return np.array([frame.pixels for frame in video]).astype(int)


def test_a_film_moves_a_picture(render: Run, whole: Path, clip: Path) -> None:
    done = render(
        "animate", whole, "-d", clip, "--max-frames", 4, "--crop-scale", 2, "--seed", 42,
        "-o", "out.mp4", "--json",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    facts = json.loads(done.out)
    assert (facts["engine"], facts["frames"], facts["faces_lost"]) == ("personalive", 4, 0)
    shown = pictures_of(Path("out.mp4"))
    portrait = cv2.cvtColor(cv2.imread(str(whole)), cv2.COLOR_BGR2RGB).astype(int)
    assert shown.shape == (4, *portrait.shape)
    changed = np.abs(shown - portrait).max(axis=-1) > 40
    rows, columns = np.nonzero(changed.mean(axis=0) > 0.5)
    height, width = portrait.shape[:2]
    assert 0.3 * height < rows.mean() < 0.75 * height, "the square is around the face"
    assert 0.3 * width < columns.mean() < 0.7 * width
    assert np.abs(shown[:, :30] - portrait[:30]).max() < 12, "and nothing else is drawn anew"
    with open_video(Path("out.mp4")) as video:
        sound = video.audio()
        assert sound is not None


def test_the_service_draws_an_expression(whole: Path, models: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "out.png"
    here = {"MIEN_MODELS_DIR": str(models), "OMP_NUM_THREADS": "1"}
    with running_server(tmp_path / "data", env=here) as server, mien.Client(server.url) as client:
        job = client.express(
            whole, output=drawn, emotion="happy", seed=7, engine="personalive", resolution=256
        )
    assert job.report is not None
    assert (job.report["engine"], job.report["stills"]) == ("personalive", 1)
    picture, portrait = (cv2.imread(str(path)).astype(int) for path in (drawn, whole))
    assert picture.shape == portrait.shape
    assert np.abs(picture - portrait)[80:200, 100:200].mean() > 40


def test_what_is_said_moves_it_by_the_mesh(render: Run, whole: Path, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "hello.wav", *hello(0.25))
    done = render("talk", whole, "-a", sound, "--fps", 10, "-o", "out.mp4", "--json")
    assert (done.code, done.err) == (0, "")
    facts = json.loads(done.out)
    assert (facts["engine"], facts["frames"], facts["lips"]) == ("personalive", 3, "engine")
    assert len(pictures_of(Path("out.mp4"))) == 3


def test_without_weights_it_says_how_large_they_are_and_what_works(
    run: Run, portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    done = run("express", portrait, "-e", "happy", "-o", "out.png", *ENGINE)
    assert done.code == FAILED
    for words in ("12.1 GB", "mien models download personalive", "--engine mesh works now"):
        assert words in done.err
    assert done.err.count("\n") == 1
    assert not Path("out.png").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--steps", 6), "--steps: 6 is not a multiple of 4"),
        (("--resolution", 500), "--resolution: 500 is not a multiple of 64"),
        (("--guidance", 9), "--guidance: 9 is not a number from 1 to 5"),
        (("--precision", "fp16"), "--precision: cpu does not compute in fp16"),
        (("--decoder", "tiny"), "small decoder is not here"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    render: Run, portrait: Path, more: tuple[object, ...], words: str
) -> None:
    done = render("animate", portrait, "-d", "idle:natural", "-o", "out.mp4", *more)
    assert done.code in (USAGE, FAILED)
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not Path("out.mp4").exists()


def test_a_film_is_no_portrait(render: Run, clip: Path) -> None:
    done = render("animate", clip, "-d", "idle:natural", "-o", "out.mp4")
    assert done.code == USAGE
    assert "personalive moves pictures, not films" in done.err
