"""`mien live`: a camera, a microphone, and where the pictures go."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.sounds import hello, write_sound
from fakes.x_display import XVFB, x_display
from mien.media import open_video, read_speech
from mien.types import Floats

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
SMALL = ("--size", 96, "-q")
MIEN = [sys.executable, "-c", "from mien.cli import main; main()"]
WAIT_S = 120


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def pictures(path: str | Path) -> Floats:
    with open_video(Path(path)) as video:
        return np.array([frame.pixels for frame in video]).astype(int)


def test_a_portrait_idles_for_as_many_frames_as_are_asked_for(run: Run, portrait: Path) -> None:
    done = run("live", portrait, *SMALL, "--fps", 50, "--max-frames", 30, "-o", "a.mp4")
    assert (done.code, done.out, done.err) == (0, "a.mp4\n", "")
    shown = pictures("a.mp4")
    assert shown.shape == (30, 96, 96, 3)
    assert np.abs(shown - shown[0]).max() > 3
    with av.open("a.mp4") as file:
        assert not file.streams.audio
    small = ("--size", 64, "--fps", 10)
    done = run("live", portrait, *small, "--duration", 0.5, "--mirror", "--loop", "-o", "frames")
    assert (done.code, len(list(Path("frames").iterdir()))) == (0, 5)
    assert "mien: warning: --mirror does nothing without --camera\n" in done.err
    assert "mien: warning: --loop does nothing without --camera or --microphone\n" in done.err


def test_a_film_stands_in_for_the_camera_and_a_sound_for_the_microphone(
    run: Run, portrait: Path, clip: Path, tmp_path: Path
) -> None:
    said = write_sound(tmp_path / "said.wav", *hello(1.0))
    done = run(
        "live", portrait, "--camera", clip, "--microphone", said, "--size", 96, "-o", "a.mp4",
        "--json", "-q",
    )  # fmt: skip
    report = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert (report["output"], report["engine"], report["size"]) == ("a.mp4", "mesh", [96, 96])
    shown = pictures("a.mp4")
    assert report["frames"] + report["dropped"] == len(shown) > 1
    assert report["fps"] > 0
    assert 0 < report["delay_ms"] <= report["delay_p95_ms"]
    assert report["sound_delay_ms"] > 100
    assert set(report["seconds"]) == {"prepare", "show", "total"}
    heard, rate = read_speech("a.mp4")
    assert np.abs(heard).max() > 0.1
    assert len(heard) / rate == pytest.approx(len(shown) / 25, abs=0.05)
    assert np.abs(shown - shown[0]).max() > 3


def test_a_summary_is_printed_beside_the_path(run: Run, portrait: Path, clip: Path) -> None:
    done = run(
        "live", portrait, "--camera", clip, "--mirror", "-e", "happy", "--size", 64,
        "--max-frames", 10, "-o", "a.mp4",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "a.mp4\n")
    assert " pictures, " in done.err
    assert "camera to picture " in done.err


def test_bad_input_is_one_line_and_leaves_nothing(
    run: Run, portrait: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    blank = tmp_path / "blank.png"
    blank.write_bytes(b"")
    to = ("-o", "a.mp4")
    for complaint, arguments in {
        "nobody.png: does not exist": ("nobody.png", *to),
        f"{blank}: is empty": (blank, *to),
        f"{clip}: is a video; a live face takes a picture": (clip, *to),
        "--window: there is no display here; give -o FILE": (portrait,),
        "--no-window: leaves nothing to show": (portrait, "--no-window"),
        "camera 99: is not there": (portrait, "--camera", 99, *to),
        "nothing.mp4: does not exist": (portrait, "--camera", "nothing.mp4", *to),
        "--camera: ftp:// is none of": (portrait, "--camera", "ftp://host/a.mp4", *to),
        "--microphone: needs the package sounddevice": (portrait, *to, "--microphone"),
        "said.wav: does not exist": (portrait, "--microphone", "said.wav", *to),
        "tcp://127.0.0.1:1: ": (portrait, "--push", "tcp://127.0.0.1:1"),
        "a.avi: unknown kind .avi": (portrait, "-o", "a.avi"),
        f"{clip}: is what is read": (portrait, "--camera", clip, "-o", clip, "--force"),
        "expression 'gleeful'": (portrait, "-e", "gleeful", *to),
        "--intensity: 3 is not": (portrait, "-e", "sad", "--intensity", 3, *to),
        "--intensity: 2 is not": (portrait, "--intensity", 2, "--max-frames", 1, *to),
        "--push: streams go to rtmp://": (portrait, "--push", "http://host/app/key"),
        "--push: has no app and key": (portrait, "--push", "rtmp://host/app"),
        "--push: give it as udp://host:port": (portrait, "--push", "udp://host"),
        "--fps: 0 is not a whole number from 1 to 60": (portrait, "--fps", 0, *to),
        "--size: '9z' is not": (portrait, "--size", "9z", *to),
        "--duration: 0 is not": (portrait, "--duration", 0, *to),
        "--max-frames: -1 is not": (portrait, "--max-frames", -1, *to),
        "--seed: -1 is not": (portrait, "--seed", -1, *to),
    }.items():
        before = sorted(Path.cwd().iterdir())
        done = run("live", *arguments, "-q")
        assert (done.code, done.out) == (2, ""), done.err
        assert complaint in done.err, done.err
        assert done.err.count("\n") == 1, done.err
        assert sorted(Path.cwd().iterdir()) == before


def test_without_a_virtual_camera_nothing_hangs(
    run: Run, portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    done = run("live", portrait, *SMALL, "--virtual-camera")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "mien: --virtual-camera: needs the package pyvirtualcam: pip install 'mien[live]'\n"
    )


def test_ctrl_c_is_the_end_of_what_is_live_and_the_file_is_whole(
    portrait: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(WAIT_S)
        url = f"tcp://127.0.0.1:{receiver.getsockname()[1]}"
        command = [*MIEN, "live", str(portrait), "--size", "64", "--push", url, "-o", "a.mp4"]
        with subprocess.Popen(
            [*command, "--json", "-q"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            stream, _ = receiver.accept()
            with stream:
                stream.settimeout(WAIT_S)
                assert stream.recv(188)[0] == 0x47  # MPEG-TS
                process.send_signal(signal.SIGINT)
                process.send_signal(signal.SIGINT)  # as wrappers of commands do
                while stream.recv(1 << 16):
                    pass
            out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (0, "")
    report = json.loads(out)
    assert len(pictures(tmp_path / "a.mp4")) == report["frames"] + report["dropped"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_an_exception_in_python_leaves_no_file(portrait: Path, tmp_path: Path) -> None:
    def stop(step: mien.Progress) -> None:
        if step.done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mien.live(portrait, output=tmp_path / "a.mp4", size=64, progress=stop)
    assert list(tmp_path.iterdir()) == []
    assert not [each for each in threading.enumerate() if each.name == "mien-outlet"]


def test_python_gets_a_report_and_stops_when_it_likes(portrait: Path, clip: Path) -> None:
    shown: list[int] = []
    report = mien.live(
        portrait,
        camera=clip,
        loop=True,
        size=64,
        window=False,
        push=None,
        output=portrait.parent / "live.gif",
        force=True,
        progress=lambda step: shown.append(step.done),
        stop=lambda: len(shown) >= 5,
    )
    assert isinstance(report, mien.LiveReport)
    assert (report.frames, report.size) == (len(shown), (64, 64))
    assert not [each for each in threading.enumerate() if each.name == "mien-camera"]


@pytest.mark.skipif(XVFB is None, reason="Xvfb is not here")
def test_a_window_is_shown_where_there_is_a_display(portrait: Path, tmp_path: Path) -> None:
    pytest.importorskip("tkinter", reason="Python without tkinter", exc_type=ImportError)
    with x_display() as name:
        done = subprocess.run(
            [*MIEN, "live", str(portrait), "--size", "64", "--max-frames", "5"],
            cwd=tmp_path, env={**os.environ, "DISPLAY": name}, capture_output=True, text=True,
            timeout=WAIT_S,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert " pictures, " in done.stderr
