from __future__ import annotations

import json
import shutil
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.clips import moving_face, write_clip
from fakes.sounds import HELLO, hello, resampled, write_sound
from mien.media import open_sound, open_video, read_speech, sound_length
from mien.pipeline.verbs.talking import frames_for
from mien.types import Floats

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
SMALL = ("--size", 96, "-q")


def pictures(path: str | Path) -> Floats:
    with open_video(Path(path)) as video:
        return np.array([frame.pixels for frame in video]).astype(int)


def lengths(path: str) -> dict[str, Fraction]:
    """Seconds of each stream, by what is in it."""
    with av.open(path) as file:
        ends: dict[str, Fraction] = {}
        for packet in file.demux():
            if packet.pts is not None:
                end = (packet.pts + (packet.duration or 0)) * packet.time_base
                ends[packet.stream.type] = max(end, ends.get(packet.stream.type, Fraction(0)))
        return ends


def test_a_portrait_says_what_is_said(run: Run, portrait: Path, tmp_path: Path) -> None:
    samples, rate = hello(1.3)
    audio = write_sound(tmp_path / "a.wav", samples, rate)
    done = run("talk", portrait, "--audio", audio, *SMALL, "-o", "talk.mp4", "--json")
    report = json.loads(done.out)
    assert (done.code, report["frames"], report["rate"]) == (0, 33, "25/1")
    assert (report["backend"], report["warnings"]) == ("network", [])
    shown = pictures("talk.mp4")
    assert np.abs(shown - shown[0]).max() > 40
    heard, _ = read_speech("talk.mp4")
    assert np.abs(heard).max() > 0.1
    ends = lengths("talk.mp4")
    assert abs(ends["audio"] - ends["video"]) < Fraction(1, 25)


def test_words_are_aligned_and_wrong_ones_are_told(run: Run, portrait: Path) -> None:
    Path("said.txt").write_text("Hello, I was only a picture, and now I can talk.")
    small = ("--size", 96, "--fps", 2, "--json", "--force", "-o", "a.mp4")
    talk = ("talk", portrait, "-a", HELLO, *small)
    right = run(*talk, "--text-file", "said.txt")
    assert json.loads(right.out)["backend"] == "alignment"
    assert "warning" not in right.err
    wrong = run(*talk, "--text", "Seven zebras buzz vigorously above my phone booth every day.")
    report = json.loads(wrong.out)
    assert (wrong.code, report["backend"], len(report["warnings"])) == (0, "network", 1)
    assert "mien: warning: " in wrong.err


def test_silence_is_a_closed_mouth_on_a_living_face(
    run: Run, portrait: Path, tmp_path: Path
) -> None:
    audio = write_sound(tmp_path / "silence.wav", np.zeros(16_000, np.float32), 16_000)
    run("talk", portrait, "-a", audio, *SMALL, "-o", "silent.mp4")
    samples, rate = hello(1.0)
    spoken = write_sound(tmp_path / "a.wav", samples, rate)
    run("talk", portrait, "-a", spoken, *SMALL, "-o", "said.mp4")
    silent, said = (
        np.abs(np.diff(pictures(name)[:, 50:80, 30:70], axis=0)).mean()
        for name in ("silent.mp4", "said.mp4")
    )
    assert 0 < silent < said / 2


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_words_are_said_aloud_where_a_synthesizer_is(run: Run, portrait: Path) -> None:
    how = (*SMALL, "--fps", 5, "--json", "-o", "a.mp4")
    report = json.loads(run("talk", portrait, "--say", "Hello there.", *how).out)
    assert (report["backend"], report["warnings"]) == ("alignment", [])
    assert 3 <= report["frames"] <= 10
    heard, _ = read_speech("a.mp4")
    assert np.abs(heard).max() > 0.1


def test_words_without_a_synthesizer_or_beside_a_sound_are_refused(
    run: Run, portrait: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ((), ("--say", "Hi", "-a", clip)):
        done = run("talk", portrait, *options, "-o", "a.mp4")
        assert (done.code, "or --say is needed, and only one" in done.err) == (2, True)
    monkeypatch.setenv("PATH", "")
    done = run("talk", portrait, "--say", "Hi", "-o", "a.mp4")
    assert done.code != 0
    assert "install espeak-ng" in done.err
    assert not Path("a.mp4").exists()


def test_head_and_shoulders_of_somebody_who_idles_while_speaking(
    run: Run, portrait: Path, tmp_path: Path
) -> None:
    audio = write_sound(tmp_path / "a.wav", *hello(0.6))
    talking = ("talk", portrait, "--audio", audio, "--fps", 10, "-q", "--json", "--force")
    reports = []
    for number, driving in enumerate(("idle:natural", "idle:nod")):
        how = ("--crop", "upper-body", "--driving", driving, "-o", f"{number}.mp4")
        done = run(*talking, *how)
        assert done.code == 0
        reports.append(json.loads(done.out))
    width, height = reports[0]["size"]
    assert width == height < 512
    assert reports[0]["frames"] == 6
    assert np.abs(pictures("0.mp4") - pictures("1.mp4")).max() > 10


def test_the_seed_and_the_gaze_change_the_pictures(
    run: Run, portrait: Path, tmp_path: Path
) -> None:
    samples, rate = hello(0.5)
    audio = write_sound(tmp_path / "a.wav", samples, rate)
    talk = ("talk", portrait, "-a", audio, *SMALL)
    for name, more in {
        "a": (),
        "same": (),
        "seed": ("--seed", 3),
        "gaze": ("--gaze", "-1,0"),
        "happy": ("--emotion", "happy", "--intensity", 1),
        "timeline": ("--emotions", "0:neutral 0.2:happy"),
    }.items():
        assert run(*talk, *more, "-o", f"{name}.mp4").code == 0
    first = pictures("a.mp4")
    assert np.array_equal(pictures("same.mp4"), first)
    for name in ("seed", "gaze", "happy", "timeline"):
        assert np.abs(pictures(f"{name}.mp4") - first).max() > 20, name


def test_a_file_holds_options_and_those_that_are_given_win(
    run: Run, portrait: Path, tmp_path: Path
) -> None:
    samples, rate = hello(0.4)
    audio = write_sound(tmp_path / "a.wav", samples, rate)
    Path("talk.yaml").write_text("fps: 10\nduration: 1\nexpression_preset: happy\nsize: 64\n")
    talk = ("talk", portrait, "-a", audio, "-q", "--config", "talk.yaml", "--json")
    report = json.loads(run(*talk, "-o", "a.mp4", "--duration", 0.5).out)
    assert (report["frames"], report["rate"], report["size"]) == (5, "10/1", [64, 64])
    Path("talk.yaml").write_text("speed: 10\n")
    done = run(*talk, "-o", "b.mp4")
    assert (done.code, Path("b.mp4").exists()) == (2, False)
    assert done.err.startswith("mien: talk.yaml: 'speed' is no key; there are engine")


@pytest.mark.parametrize(
    ("name", "rate", "channels", "codec"),
    [
        ("a.wav", 8_000, 1, "pcm_u8"),
        ("a.wav", 192_000, 8, "pcm_f32le"),
        ("a.mp3", 44_100, 2, "libmp3lame"),
        ("a.flac", 48_000, 1, "flac"),
    ],
)
def test_every_kind_of_sound_is_heard(
    run: Run, portrait: Path, tmp_path: Path, name: str, rate: int, channels: int, codec: str
) -> None:
    samples, given = hello(0.4)
    sound = resampled(samples, given, rate)
    audio = write_sound(tmp_path / name, sound, rate, channels=channels, codec=codec)
    done = run("talk", portrait, "-a", audio, *SMALL, "-o", "a.mp4")
    assert (done.code, done.err) == (0, "")
    assert 10 <= len(pictures("a.mp4")) <= 13


def test_a_video_is_taken_for_its_sound(run: Run, portrait: Path, clip: Path) -> None:
    done = run("talk", portrait, "-a", clip, *SMALL, "-o", "a.mp4", "--duration", 0.4)
    assert done.code == 0
    assert len(pictures("a.mp4")) == 10


def test_bad_input_is_one_line_and_leaves_nothing(
    run: Run, portrait: Path, clip: Path, tmp_path: Path
) -> None:
    mute = write_clip(tmp_path / "mute.mp4", moving_face(3))
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    samples, rate = hello(0.3)
    good = write_sound(tmp_path / "good.wav", samples, rate)
    broken = write_sound(
        tmp_path / "nan.wav", np.full(8_000, np.nan, np.float32), 16_000, codec="pcm_f32le"
    )
    no_samples = tmp_path / "none.wav"
    with wave.open(str(no_samples), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
    said = ("--audio", good)
    for complaint, arguments in {
        "--audio: or --say is needed": (portrait,),
        f"{empty}: is empty": (portrait, "--audio", empty),
        f"{no_samples}: holds no sound": (portrait, "--audio", no_samples),
        f"{mute}: holds no sound": (portrait, "--audio", mute),
        f"{broken}: holds samples that are not numbers": (portrait, "--audio", broken),
        f"{portrait}: ": (portrait, "--audio", portrait),
        "nothing.wav: does not exist": (portrait, "--audio", "nothing.wav"),
        f"{clip}: is a video; talking takes a picture": (clip, *said),
        "--text: is empty": (portrait, *said, "--text", " "),
        "--text: and --text-file exclude": (portrait, *said, "--text", "a", "--text-file", "b"),
        "--emotion: goes without": (portrait, *said, "-e", "sad", "--emotions", "0:sad"),
        "expression 'gleeful'": (portrait, *said, "--emotion", "gleeful"),
        "--gaze: '1' is not": (portrait, *said, "--gaze", "1"),
        "gaze: (2.0, 0.0) is not": (portrait, *said, "--gaze", "2,0"),
        "liveliness: 3 is not": (portrait, *said, "--liveliness", 3),
        "--intensity: 3 is not": (portrait, *said, "--intensity", 3),
        "nothing.yaml: does not exist": (portrait, *said, "--config", "nothing.yaml"),
    }.items():
        before = sorted(Path.cwd().iterdir())
        done = run("talk", *arguments, *SMALL, "-o", "a.mp4")
        assert (done.code, done.out) == (2, ""), complaint
        assert done.err.startswith(f"mien: {complaint}"), done.err
        assert done.err.count("\n") == 1
        assert sorted(Path.cwd().iterdir()) == before


def test_python_stops_when_progress_raises(portrait: Path, tmp_path: Path) -> None:
    steps = []

    def stop(step: mien.Progress) -> None:
        steps.append(step.done)
        if step.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mien.talk(portrait, audio=HELLO, output=tmp_path / "a.mp4", size=64, progress=stop)
    assert steps == [0, 1, 2, 3]
    assert not (tmp_path / "a.mp4").exists()


def test_clicks_stay_where_they_are_in_a_long_sound(tmp_path: Path) -> None:
    rate, fps, length_s = 48_000, Fraction(30000, 1001), 90
    clicks = np.zeros(length_s * rate, np.float32)
    for second in range(1, length_s):
        clicks[second * rate : second * rate + 240] = np.sin(np.arange(240) * 0.9)
    track = open_sound(write_sound(tmp_path / "clicks.wav", clicks, rate))
    num_frames = frames_for(sound_length(track), fps)
    assert 0 <= num_frames / fps - length_s < 1 / fps
    picture = np.zeros((16, 16, 3), np.uint8)
    with mien.open_sink(tmp_path / "a.mp4", size=(16, 16), rate=fps, audio=track) as sink:
        for pts in range(num_frames):
            sink.write(mien.Frame(picture, pts, 1 / fps))
    ends = lengths(str(tmp_path / "a.mp4"))
    assert abs(ends["audio"] - ends["video"]) < 1 / fps
    heard, heard_rate = read_speech(tmp_path / "a.mp4")
    for second in range(1, length_s):
        near = heard[second * heard_rate - 800 : second * heard_rate + 800]
        loudest = int(np.abs(near).argmax()) - 800
        assert -80 <= loudest <= 160, second  # within 10 ms, at the end as at the beginning
