"""Talking with networks beside the engine's, on weights that nobody trained: the mouth is noise,
the way there is the real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.joyvasa_weights import write_joyvasa
from fakes.musetalk_weights import write_small_weights
from fakes.sounds import hello, write_sound
from mien.cli.exits import FAILED, USAGE
from mien.pipeline.keeping import Keeper
from mien.retouch.musetalk.settings import MuseTalkSettings

pytestmark = pytest.mark.e2e
Run = Callable[..., Ending]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout") / "models"
    write_small_weights(folder)
    write_joyvasa(folder)
    return folder


def frames_of(folder: Path) -> np.ndarray:
    return np.array([cv2.imread(str(path)) for path in sorted(folder.glob("*.png"))]).astype(int)


def test_lips_are_painted_over_what_the_engine_made_and_nothing_else_is(
    run: Run, portrait: Path, models: Path, tmp_path: Path
) -> None:
    silence = write_sound(tmp_path / "silence.wav", np.zeros(9600, np.float32), 16_000)
    how = ("talk", portrait, "-a", silence, "-d", "idle:natural", "--fps", 10, "-q", "--json")
    plain = run(*how, "-o", "plain")
    painted = run(*how, "-o", "painted", "--lips", "musetalk", "--models-dir", models)
    assert (plain.code, painted.code, painted.err) == (0, 0, "")
    facts = json.loads(painted.out)
    assert (facts["engine"], facts["lips"], facts["frames"]) == ("mesh", "musetalk", 6)
    changed = np.abs(frames_of(Path("plain")) - frames_of(Path("painted"))).max(axis=-1) > 0
    assert changed.any(axis=(1, 2)).all()
    rows, columns = np.nonzero(changed.any(axis=0))
    height, width = changed.shape[1:]
    assert rows.min() > 0.3 * height  # nothing above the nose
    assert changed.mean() < 0.15
    assert 0.3 * width < columns.mean() < 0.7 * width


def test_sound_and_pictures_last_as_long(
    run: Run, portrait: Path, models: Path, tmp_path: Path
) -> None:
    sound = write_sound(tmp_path / "a.wav", *hello(0.7))
    how = ("--lips", "musetalk", "--models-dir", models, "--crop", "upper-body", "-q", "--json")
    done = run("talk", portrait, "-a", sound, *how, "-o", "a.mp4", "--fps", "29.97")
    report = json.loads(done.out)
    assert (report["frames"], report["rate"]) == (21, "30000/1001")
    width, height = report["size"]
    assert width == height


def test_joyvasa_moves_the_face_and_musetalk_paints_its_lips(
    run: Run, portrait: Path, models: Path, tmp_path: Path
) -> None:
    sound = write_sound(tmp_path / "a.wav", *hello(0.8))
    how = ("talk", portrait, "-a", sound, "--audio-driver", "joyvasa", "--joyvasa-steps", 2)
    folder = ("--models-dir", models, "--fps", 10, "-q", "--json", "--force")
    reports = [
        json.loads(run(*how, *folder, *more, "-o", name).out)
        for name, more in (
            ("a", ()),
            ("b", ("--lips", "musetalk")),
            ("c", ("--seed", 1)),
            ("d", ("--head-motion", 0, "--expression-motion", 0)),
        )
    ]
    assert [report["backend"] for report in reports] == ["joyvasa"] * 4
    assert [report["frames"] for report in reports] == [8] * 4
    moving, painted, other, still = (frames_of(Path(name)) for name in "abcd")
    assert np.abs(moving - moving[0]).max() > 20
    assert not np.array_equal(moving, painted)
    assert not np.array_equal(moving, other)
    assert np.abs(still - still[0]).mean() < np.abs(moving - moving[0]).mean()


def test_a_keeper_keeps_the_networks(portrait: Path, models: Path, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "a.wav", *hello(0.2))
    settings = MuseTalkSettings(models_dir=models)
    with Keeper(engine_memory_mb=8000) as keeper:
        for name in ("a", "b"):
            mien.talk(
                portrait, audio=sound, lips="musetalk", musetalk=settings, fps=10,
                output=tmp_path / name, keeper=keeper,
            )  # fmt: skip
        assert [each.settings for each in keeper.status.engines if not each.lent].count(
            settings
        ) == 1
        with pytest.raises(mien.OptionError, match="--vram-budget"):
            mien.talk(
                portrait, audio=sound, lips="musetalk", musetalk=settings, vram_budget="9GB",
                output=tmp_path / "c", keeper=keeper,
            )  # fmt: skip
    assert np.array_equal(frames_of(tmp_path / "a"), frames_of(tmp_path / "b"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--lips", "paint"), "--lips: 'paint' is none of"),
        (("--preset", "perfect"), "--preset: 'perfect' is none of"),
        (("--preset", "best", "--engine", "other"), "best means --engine liveportrait, not other"),
        (("--lips", "musetalk", "--vram-budget", "1GB"), "is less than musetalk needs alone"),
        (("--vram-budget", "100MB"), "is less than mesh needs alone"),
        (("--lips", "musetalk", "--vram-budget", "some"), "is no size; give 14GiB"),
        (("--lips", "musetalk", "--no-paste-back"), "--lips: musetalk needs --paste-back"),
        (("--lips", "musetalk", "--decoder", "huge"), "--decoder"),
        (("--audio-driver", "phone"), "--audio-driver: 'phone' is none of"),
        (("--audio-driver", "joyvasa", "--gaze", "0,0"), "--gaze: goes with --audio-driver speech"),
        (("--audio-driver", "joyvasa", "--guidance", "99"), "--guidance"),
        (("--head-motion", "nan"), "--head-motion: goes with --audio-driver joyvasa"),
        (("--joyvasa-steps", "0"), "--joyvasa-steps: goes with --audio-driver joyvasa"),
        (("--driving", "film.mp4"), "--driving: 'film.mp4' is no idle motion"),
        (("--crop", "nose"), "--crop: 'nose' is none of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(
    run: Run, portrait: Path, models: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    sound = write_sound(tmp_path / "a.wav", *hello(0.1))
    folder = ("--models-dir", models) if "musetalk" in options else ()
    done = run("talk", portrait, "-a", sound, "-q", "-o", "a.mp4", *options, *folder)
    assert (done.code, done.err.count("\n")) == (USAGE, 1)
    assert said in done.err
    assert not Path("a.mp4").exists()


@pytest.mark.parametrize("model", ["joyvasa", "musetalk"])
def test_without_weights_one_line_says_what_is_missing(
    run: Run, portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    sound = write_sound(tmp_path / "a.wav", *hello(0.1))
    option = "--lips" if model == "musetalk" else "--audio-driver"
    done = run("talk", portrait, "-a", sound, option, model, "-q", "-o", "a.mp4")
    assert done.code == FAILED
    assert f"engine {model}: its weights are not here" in done.err
    assert f"mien models download {model}" in done.err
    assert "works now" in done.err
    assert not Path("a.mp4").exists()
