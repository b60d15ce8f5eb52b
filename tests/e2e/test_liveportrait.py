"""The LivePortrait engine through the real command, on weights that nobody trained: what comes out
looks like noise, the way there is the real one. All but the first test go it with thin networks."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.hub import use_hub
from fakes.liveportrait_weights import (
    thin_networks,
    write_official_weights,
    write_thin_weights,
)
from fakes.musetalk_weights import write_small_weights
from fakes.sounds import hello, write_sound
from fakes.templates import liveportrait
from mien.cli.exits import FAILED, USAGE

pytestmark = pytest.mark.e2e
Run = Callable[..., Ending]
ENGINE = ("--engine", "liveportrait")


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights as a checkout of upstream's has it; animals have the humans' numbers."""
    folder = write_thin_weights(tmp_path_factory.mktemp("checkout") / "pretrained_weights")
    animals = folder / "liveportrait_animals" / "base_models_v1.1"
    animals.mkdir(parents=True)
    for file in (folder / "liveportrait" / "base_models").iterdir():
        os.link(file, animals / file.name)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def thin(pretrained: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The networks of ``pretrained`` are those that there are."""
    monkeypatch.setenv("MIEN_MODELS_DIR", str(pretrained))
    monkeypatch.setenv("MIEN_CACHE_DIR", str(cache))
    with thin_networks():
        yield


@pytest.fixture
def render(run: Run, thin: None) -> Run:
    """Runs ``mien`` with the engine and its weights."""

    def command(*arguments: object) -> Ending:
        return run(*arguments, *ENGINE, "--quiet")

    return command


def template(folder: Path) -> Path:
    path = folder / "nod.pkl"
    path.write_bytes(pickle.dumps(liveportrait(3)))
    return path


def sound(folder: Path) -> Path:
    return write_sound(folder / "hum.wav", *hello(0.1))


def frames_of(folder: Path) -> list[np.ndarray]:
    return [cv2.imread(str(path)) for path in sorted(folder.glob("*.png"))]


def test_upstreams_files_render_with_networks_of_the_real_sizes(
    run: Run, portrait: Path, tmp_path: Path
) -> None:
    weights = write_official_weights(tmp_path / "pretrained_weights")
    happy = ("express", portrait, "--emotion", "happy", "-o", tmp_path / "happy.png")
    ending = run(*happy, *ENGINE, "--tier", "exact", "--quiet", "--models-dir", weights)
    assert ending.code == 0, ending.err
    picture = cv2.imread(str(tmp_path / "happy.png"))
    assert picture.shape == (192, 192, 3)
    assert picture.std() > 5
    assert not np.array_equal(picture, cv2.imread(str(portrait)))


def test_a_film_moves_a_picture(render: Run, portrait: Path, clip: Path, tmp_path: Path) -> None:
    ending = render(
        "animate", portrait, "--driving", clip, "-o", tmp_path / "out", "--max-frames", 2, "--json"
    )
    assert ending.code == 0, ending.err
    report = json.loads(ending.out)
    assert (report["engine"], report["frames"], report["size"]) == ("liveportrait", 2, [192, 192])
    first, second = frames_of(tmp_path / "out")
    assert first.shape == (192, 192, 3)
    assert first.std() > 5
    assert not np.array_equal(first, second)


def test_a_template_and_its_options(render: Run, portrait: Path, tmp_path: Path) -> None:
    nod = template(tmp_path)
    ending = render(
        "animate", portrait, "--driving", nod, "-o", tmp_path / "out", "--max-frames", 2,
        "--no-stitching", "--region", "exp", "--crop-x", 0.05, "--no-paste-back",
    )  # fmt: skip
    assert ending.code == 0, ending.err
    assert {frame.shape for frame in frames_of(tmp_path / "out")} == {(512, 512, 3)}


def test_a_film_moves_a_film(render: Run, clip: Path, tmp_path: Path) -> None:
    ending = render(
        "animate", clip, "--driving", clip, "-o", tmp_path / "out", "--max-frames", 2,
        "--source-smoothing", 1e-6, "--hold-eyes", "--orthonormal", "--retarget", "lips",
    )  # fmt: skip
    assert ending.code == 0, ending.err
    assert len(frames_of(tmp_path / "out")) == 2


def test_an_expression_and_an_edit(render: Run, portrait: Path, tmp_path: Path) -> None:
    for verb, arguments in (
        ("express", ("--emotion", "happy")),
        ("edit", ("--smile", 0.5, "--yaw", 10, "--eyes-open", 0.4)),
    ):
        output = tmp_path / f"{verb}.png"
        ending = render(verb, portrait, *arguments, "-o", output)
        assert ending.code == 0, ending.err
        assert cv2.imread(str(output)).shape == (192, 192, 3)


def test_a_portrait_talks(render: Run, portrait: Path, tmp_path: Path) -> None:
    hum = sound(tmp_path)
    ending = render("talk", portrait, "--audio", hum, "-o", tmp_path / "talk.mp4", "--fps", 20)
    assert ending.code == 0, ending.err
    assert (tmp_path / "talk.mp4").stat().st_size > 1000


def test_the_whole_pipeline_within_a_memory_that_does_not_hold_all_of_it(
    render: Run, pretrained: Path, portrait: Path, tmp_path: Path
) -> None:
    write_small_weights(pretrained)
    how = ("--crop", "upper-body", "--driving", "idle:natural", "--preset", "best", "--json")
    ending = render(
        "talk", portrait, "--audio", sound(tmp_path), *how, "--vram-budget", "4500MB",
        "-o", tmp_path / "talk", "--fps", 20,
    )  # fmt: skip
    assert ending.code == 0, ending.err
    report = json.loads(ending.out)
    assert (report["engine"], report["lips"], report["frames"]) == ("liveportrait", "musetalk", 2)
    first, second = frames_of(tmp_path / "talk")
    assert first.shape[0] == first.shape[1]
    assert not np.array_equal(first, second)


def test_an_animal_needs_a_box(render: Run, portrait: Path, tmp_path: Path) -> None:
    nod = template(tmp_path)
    drive = ("animate", portrait, "--driving", nod, "--species", "animals", "--max-frames", 1)
    refused = render(*drive, "-o", tmp_path / "none.mp4")
    assert refused.code == USAGE
    assert "--box: is needed for animals" in refused.err
    ending = render(*drive, "-o", tmp_path / "out", "--box", "60,60,70,60")
    assert ending.code == 0, ending.err


@pytest.mark.parametrize(
    "verb",
    [
        ("animate", "--driving", "idle:natural", "--duration", 1),
        ("express", "--emotion", "happy"),
        ("edit", "--smile", 1),
        ("talk", "--audio", "hum.wav"),
    ],
    ids=lambda verb: str(verb[0]),
)
def test_without_weights_one_line_says_what_to_do(
    run: Run, portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    use_hub(monkeypatch, tmp_path / "hub")
    sound(tmp_path)
    name, *arguments = verb
    ending = run(name, portrait, *arguments, *ENGINE, "--models-dir", tmp_path)
    assert ending.code == FAILED
    assert ending.err.count("\n") == 1
    assert "mien models download liveportrait" in ending.err
    assert "--engine mesh" in ending.err
    assert not (tmp_path / "outputs").exists()


def test_an_actor_makes_a_clip(thin: None, portrait: Path) -> None:
    samples, rate = hello(0.2)
    with mien.load_liveportrait() as actor:
        clip = actor.animate(
            portrait, samples, sample_rate=rate, fps=10, duration=0.2, dtype="uint8"
        )
    assert clip.shape == (2, 3, 512, 512)
    assert clip.std() > 5
