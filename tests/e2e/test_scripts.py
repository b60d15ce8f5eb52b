"""The scripts that people know from folders around PersonaLive: bash, around the real command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.hub import running_hub
from mien.media import open_video
from mien.weights import bundle_named

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here"),
]

SCRIPTS = Path(__file__).parents[2] / "scripts"
SYSTEM = "/usr/bin:/bin"
Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mien keeps for itself, the film that moves portraits by default included."""
    return tmp_path_factory.mktemp("my cache") / "mien"


@pytest.fixture
def script(tmp_path: Path, cache: Path) -> Script:
    """Runs a script in a folder with a space in its name, without weights and without a network."""
    folder = tmp_path / "some folder"
    folder.mkdir()
    settings = {
        "PATH": f"{sysconfig.get_path('scripts')}:{SYSTEM}",
        "MIEN_CACHE_DIR": str(cache),
        "HF_HUB_CACHE": str(tmp_path / "hub"),
        "HF_HUB_OFFLINE": "1",
    }

    def run(
        name: str, *arguments: object, scripts: Path = SCRIPTS, **more: object
    ) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("MIEN_")}
        return subprocess.run(
            [scripts / name, *map(str, arguments)],
            cwd=folder, env=env | settings | {key: str(value) for key, value in more.items()},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
        )  # fmt: skip

    return run


def ending(done: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    """Exit code and the one line that says why."""
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--refimage", "me.png"], "--refimage: is no option; see --help"),
        (["me.png"], "me.png: is no option; see --help"),
        (["--width"], "--width: needs a value; see --help"),
        (["--output", "--seed", "1"], "--output: needs a value; see --help"),
        (["--steps", "-o", "out.mp4"], "--steps: needs a value; see --help"),
        (["--seed="], "--seed: needs a value; see --help"),
        (["-W", "500"], "--width: '500' is not a multiple of 64 from 256 to 1024"),
        (["--height=128"], "--height: '128' is not a multiple of 64 from 256 to 1024"),
        (["-H", "5l2"], "--height: '5l2' is not a multiple of 64 from 256 to 1024"),
        (["-W", "18446744073709552128"], "--width: '18446744073709552128' is not a multiple"),
    ],
)
def test_what_predict_does_not_know_is_one_line(
    script: Script, arguments: list[str], complaint: str
) -> None:
    code, line = ending(script("predict.sh", *arguments))
    assert (code, line.startswith(f"predict.sh: {complaint}")) == (2, True), line


@pytest.mark.parametrize("name", ["predict.sh", "download_models.sh"])
def test_help_names_the_options(script: Script, name: str) -> None:
    done = script(name, "--help", PATH=SYSTEM)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: scripts/{name} ")


def test_scripts_take_the_mien_that_make_installs(script: Script, tmp_path: Path) -> None:
    scripts = Path(shutil.copytree(SCRIPTS, tmp_path / "my project" / "scripts"))
    code, line = ending(script("download_models.sh", scripts=scripts, PATH=SYSTEM))
    assert (code, "neither on the PATH nor in " in line) == (1, True)
    installed = scripts.parent / ".venv" / "bin" / "mien"
    installed.parent.mkdir(parents=True)
    installed.symlink_to(Path(sysconfig.get_path("scripts"), "mien"))
    linked = tmp_path / "predict"
    linked.symlink_to(scripts / "predict.sh")
    told = (linked.name, "--driving_video", "no.mp4", "--ref_image", "no.png")
    code, line = ending(script(*told, scripts=tmp_path, PATH=SYSTEM))
    assert (code, line) == (2, "mien: no.png: does not exist\n")


def test_weights_are_fetched_and_their_size_is_said_first(script: Script, tmp_path: Path) -> None:
    artifacts = bundle_named("personalive").artifacts
    with running_hub() as hub:
        for each in artifacts:
            hub.files[f"{each.repository.id}/{each.path}"] = each.name.encode() * 10_000
        online = {"HF_ENDPOINT": hub.address, "HF_HUB_OFFLINE": 0, "HF_TOKEN": "hf_mine"}
        folder = tmp_path / "my models"
        done = script("download_models.sh", "--models-dir", folder, **online)
    assert done.returncode == 0, done.stderr
    assert re.match(r"fetching personalive, about [\d.]+ MB\n", done.stderr)
    paths = list(map(Path, done.stdout.splitlines()))
    assert len(paths) == len(artifacts)
    assert all(path.is_relative_to(folder) and path.stat().st_size for path in paths)
    assert hub.tokens == {"Bearer hf_mine"}


def test_without_arguments_mien_s_own_portrait_does_what_its_own_film_shows(
    script: Script, tmp_path: Path, cache: Path
) -> None:
    """``mesh`` stands in for PersonaLive, which would take a minute."""
    folder = tmp_path / "some folder"
    given = ("-L", 3, "-H", 576, "--", "--engine", "mesh")
    done = script("predict.sh", "--output=my film.mp4", *given)
    assert (done.returncode, done.stdout, done.stderr) == (0, "my film.mp4\n", "")
    with open_video(folder / "my film.mp4") as film:
        pictures = [frame.pixels for frame in film]
        assert film.audio() is not None
    assert [picture.shape for picture in pictures] == [(576, 512, 3)] * 3
    assert pictures[0][:24].max() < 30, "a square in the middle, on black"
    assert pictures[0][48:-48].mean() > 30

    (kept,) = cache.glob("*.mp4")
    made_at = kept.stat().st_mtime_ns
    code, line = ending(script("predict.sh"))
    assert (code, "run `mien models download personalive`" in line) == (1, True)
    assert kept.stat().st_mtime_ns == made_at, "it is made once"
    assert [path.name for path in folder.iterdir()] == ["my film.mp4"]


def test_what_is_asked_of_mien_is_what_is_asked_of_the_script(
    script: Script, tmp_path: Path
) -> None:
    """As a program that stands in its place says."""
    stand_in = tmp_path / "bin" / "mien"
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n")
    stand_in.chmod(0o755)
    told = (
        "--ref_image", "a b.png", "--driving_video=c=d.mp4", "-o", "-e.mp4", "--width", 768,
        "-H", 640, "--max_frames", 0, "--steps=8", "--seed", 7, "--force", "--verbose", "--",
        "--device", "cpu",
    )  # fmt: skip
    done = script("predict.sh", *told, PATH=f"{stand_in.parent}:{SYSTEM}")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout.splitlines() == [
        "animate", "--engine", "personalive", "--driving", "c=d.mp4", "--no-paste-back",
        "--size", "768x640", "--resolution", "640", "--max-frames", "0", "--steps", "8",
        "--seed", "7", "-o", "-e.mp4", "--force", "--verbose", "--device", "cpu", "--", "a b.png",
    ]  # fmt: skip
