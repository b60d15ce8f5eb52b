from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.clips import moving_face, still_life, write_clip
from fakes.lip_painter import FakePainter, as_it_was, mouth
from fakes.musetalk_weights import write_small_weights
from fakes.sounds import HELLO, hello, write_sound
from mien.errors import MienError, MissingWeightsError
from mien.media import open_video, read_speech
from mien.types import Floats

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
CPU = ("--device", "cpu")
"""The same on every machine."""


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of MuseTalk in small sizes, where a checkout has it, but for the parser of faces."""
    folder = tmp_path_factory.mktemp("weights") / "models"
    write_small_weights(folder)
    return folder


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    samples, rate = hello(0.6)
    return write_sound(tmp_path / "said.wav", samples, rate)


def pictures(path: str | Path) -> Floats:
    with open_video(Path(path)) as video:
        return np.array([frame.pixels for frame in video]).astype(int)


def test_a_picture_speaks_with_all_of_the_networks(
    run: Run, portrait: Path, audio: Path, weights: Path
) -> None:
    lipsync = ("lipsync", portrait, "--audio", audio, "--models-dir", weights, "-q", *CPU)
    done = run(*lipsync, "-o", "frames", "--json")
    assert (done.code, done.err) == (0, "")
    report = json.loads(done.out)
    assert (report["engine"], report["frames"], report["rate"]) == ("musetalk", 15, "25/1")
    assert (report["faces_found"], report["faces_lost"], report["size"]) == (1, 0, [192, 192])
    assert {"prepare", "lips", "encode", "total"} <= set(report["seconds"])
    before = cv2.imread(str(portrait)).astype(int)
    files = sorted(Path("frames").iterdir())
    changes = np.array([np.abs(cv2.imread(str(file)) - before).max(axis=2) for file in files])
    assert changes.shape == (15, 192, 192)
    assert all(change.max() > 20 for change in changes)
    ever = np.argwhere(changes.max(axis=0) > 0)
    assert ever[:, 0].min() > 80  # below the eyes: all else is untouched, bit for bit
    again = run(*lipsync, "-o", "again")
    assert again.code == 0
    for one, other in zip(files, sorted(Path("again").iterdir()), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_film_is_dubbed_as_long_as_the_sound(
    run: Run, clip: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_MODELS_DIR", str(weights))
    lipsync = ("lipsync", clip, "-a", HELLO, "-q", "--json", "--force", *CPU)
    done = run(*lipsync, "-o", "dubbed.mp4", "--fps", 10)
    report = json.loads(done.out)
    length = len(read_speech(HELLO)[0]) / 16_000
    assert (done.code, report["rate"], report["frames"]) == (0, "10/1", int(np.ceil(length * 10)))
    said, heard = read_speech(HELLO)[0], read_speech("dubbed.mp4")[0]
    assert len(heard) == pytest.approx(len(said), abs=2500)
    least = min(len(said), len(heard))
    assert np.corrcoef(said[:least], heard[:least])[0, 1] > 0.9  # not the film's own tone
    short = run(*lipsync, "-o", "short.mp4", "--loop", "none")
    report = json.loads(short.out)
    assert (short.code, report["frames"], report["rate"]) == (0, 30, "25/1")


def test_sound_shorter_than_the_film_cuts_it(clip: Path, audio: Path, tmp_path: Path) -> None:
    report = mien.lipsync(clip, audio=audio, output=tmp_path / "o.mp4", painter=FakePainter())
    assert (report.frames, report.rate, report.faces_lost) == (15, 25, 0)


def test_the_mouth_opens_in_the_frames_in_which_it_is_loud(portrait: Path, tmp_path: Path) -> None:
    samples = np.zeros(17_600, np.float32)  # 1.1 s
    samples[6_400:11_200] = 0.5
    audio = write_sound(tmp_path / "a.wav", samples, 16_000)
    for fps in (24, Fraction(30000, 1001)):
        painter = FakePainter(mouth)
        out = tmp_path / f"at-{round(fps)}"
        report = mien.lipsync(portrait, audio=audio, output=out, fps=fps, painter=painter)
        shown = np.array([cv2.imread(str(file)) for file in sorted(out.iterdir())]).astype(int)
        assert len(shown) == report.frames == int(np.ceil(Fraction(11, 10) * fps))
        is_open = np.abs(shown - shown[0]).max(axis=(1, 2, 3)) > 20
        opened, closed = np.flatnonzero(is_open)[[0, -1]] / float(fps)
        assert opened == pytest.approx(0.4 - 0.12, abs=1.1 / float(fps))
        assert closed == pytest.approx(0.7 + 0.08, abs=1.1 / float(fps))
        assert sum(painter.encoded) == 1


def test_frames_without_the_face_are_as_they_were(tmp_path: Path) -> None:
    frames = [*moving_face(6, 128), *still_life(10, 128), *moving_face(9, 128)]
    film = write_clip(tmp_path / "film.mp4", frames, sound_s=1)
    audio = write_sound(tmp_path / "a.wav", np.full(16_000, 0.4, np.float32), 16_000)
    painter = FakePainter(lambda crop, heard: np.zeros_like(crop))
    report = mien.lipsync(film, audio=audio, output=tmp_path / "out", painter=painter)
    assert (report.frames, report.faces_lost) == (25, 10)
    before = pictures(film)
    after = [cv2.imread(str(file))[..., ::-1] for file in sorted((tmp_path / "out").iterdir())]
    changed = [bool((one != other).any()) for one, other in zip(before, after, strict=True)]
    assert changed == [True] * 6 + [False] * 10 + [True] * 9


def test_a_film_that_is_longer_than_its_loop_is_encoded_once(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "film.mp4", moving_face(8, 128))
    audio = write_sound(tmp_path / "a.wav", np.zeros(32_000, np.float32), 16_000)
    painter = FakePainter(as_it_was)
    report = mien.lipsync(film, audio=audio, output=tmp_path / "o.mp4", painter=painter)
    assert report.frames == 50
    assert (sum(painter.encoded), sum(painter.painted)) == (8, 50)
    assert not painter.closed


def test_a_transparent_picture_stays_so(portrait: Path, audio: Path, tmp_path: Path) -> None:
    picture = cv2.imread(str(portrait))
    alpha = np.full(picture.shape[:2], 120, np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([picture, alpha]))
    painter = FakePainter(mouth)
    mien.lipsync(tmp_path / "a.png", audio=audio, output=tmp_path / "out", painter=painter)
    for file in (tmp_path / "out").iterdir():
        assert (cv2.imread(str(file), cv2.IMREAD_UNCHANGED)[..., 3] == 120).all()


def test_networks_stay_loaded_with_a_keeper(
    portrait: Path, audio: Path, weights: Path, tmp_path: Path
) -> None:
    settings = mien.MuseTalkSettings(device="cpu", models_dir=weights, batch=4)
    with mien.Keeper() as keeper:
        for name in ("one", "other"):
            mien.lipsync(
                portrait, audio=audio, output=tmp_path / name, musetalk=settings, keeper=keeper
            )
            (kept,) = keeper.status.engines
            assert (kept.settings, kept.lent) == (settings, False)
    for one in (tmp_path / "one").iterdir():
        assert one.read_bytes() == (tmp_path / "other" / one.name).read_bytes()


def test_without_weights_one_line_says_so_before_anything_is_written(
    run: Run, portrait: Path, audio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nothing"))
    Path("none").mkdir()
    before = set(Path().iterdir())
    done = run("lipsync", portrait, "-a", audio, "--models-dir", "none", "-q")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("mien: engine musetalk: ")
    assert "mien models download musetalk" in done.err
    assert done.err.count("\n") == 1
    assert set(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--audio", "none.wav"), "none.wav: does not exist"),
        ((), "--audio: is needed"),
        (("-a", HELLO, "--face", "0"), "--face: 0"),
        (("-a", HELLO, "--face", "3"), "there is no face 3"),
        (("-a", HELLO, "--mask", "beard"), "--mask: 'beard' is none of auto, outline"),
        (("-a", HELLO, "--extra-margin", "-1"), "--extra-margin: -1"),
        (("-a", HELLO, "--bbox-shift", "900"), "--bbox-shift: 900"),
        (("-a", HELLO, "--loop", "twice"), "--loop: 'twice'"),
        (("-a", HELLO, "--fps", "0"), "--fps: 0"),
        (("-a", HELLO, "--batch", "0"), "--batch: 0"),
        (("-a", HELLO, "--device", "tpu"), "--device: 'tpu'"),
        (("-a", HELLO, "--precision", "int8"), "--precision: 'int8'"),
        (("-a", HELLO, "--decoder", "none"), "--decoder: 'none'"),
        (("-a", HELLO, "-o", "a.xyz"), "a.xyz: unknown kind"),
    ],
)
def test_bad_input_is_told_in_one_line(
    run: Run, portrait: Path, options: tuple[str, ...], complaint: str
) -> None:
    done = run("lipsync", portrait, *options, "-q")
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert done.err.count("\n") == 1
    assert not Path("outputs").exists()


def test_a_mask_that_needs_other_weights_says_so_before_anything_is_written(
    run: Run, portrait: Path, audio: Path, weights: Path
) -> None:
    lipsync = ("lipsync", portrait, "-a", audio, "--models-dir", weights, "-q")
    done = run(*lipsync, "--mask", "jaw", "-o", "a.mp4")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("mien: --mask: jaw needs weights that parse faces")
    assert not Path("a.mp4").exists()


def test_what_is_read_is_never_written(run: Run, clip: Path, audio: Path) -> None:
    before = clip.read_bytes()
    done = run("lipsync", clip, "-a", audio, "-o", clip, "--force", "-q")
    assert (done.code, clip.read_bytes()) == (2, before)
    assert "is what is read" in done.err


def test_a_sound_is_no_film_and_a_picture_no_sound(run: Run, portrait: Path, audio: Path) -> None:
    assert run("lipsync", audio, "-a", audio, "-q").code == 2
    done = run("lipsync", portrait, "-a", portrait, "-q")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_stopping_early_leaves_nothing(portrait: Path, tmp_path: Path) -> None:
    def enough(step: mien.Progress) -> None:
        if step.done == 3:
            raise KeyboardInterrupt

    out = tmp_path / "o.mp4"
    with pytest.raises(KeyboardInterrupt):
        mien.lipsync(portrait, audio=HELLO, output=out, painter=FakePainter(), progress=enough)
    assert list(tmp_path.iterdir()) == []


def test_a_painter_that_fails_leaves_nothing(portrait: Path, tmp_path: Path) -> None:
    def failing(crop: object, heard: object) -> object:
        raise MienError("the painter fell off its ladder")

    painter = FakePainter(failing)  # type: ignore[arg-type]
    with pytest.raises(MienError, match="ladder"):
        mien.lipsync(portrait, audio=HELLO, output=tmp_path / "o.mp4", painter=painter)
    assert list(tmp_path.iterdir()) == []


def test_the_library_raises_what_the_command_says(
    portrait: Path, audio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").mkdir()
    settings = mien.MuseTalkSettings(models_dir=tmp_path / "none")
    with pytest.raises(MissingWeightsError):
        mien.lipsync(portrait, audio=audio, output=tmp_path / "o.mp4", musetalk=settings)
    assert not (tmp_path / "o.mp4").exists()
