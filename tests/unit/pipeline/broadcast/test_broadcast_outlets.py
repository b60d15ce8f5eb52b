from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from mien.errors import MienWarning, OptionError, OutputError
from mien.pipeline.broadcast import Shot, push
from mien.pipeline.broadcast.background import Background
from mien.pipeline.broadcast.film import FilmOutlet
from mien.pipeline.broadcast.push import PushOutlet
from mien.pipeline.broadcast.virtual_camera import VirtualCamera
from mien.pipeline.broadcast.window import Window, has_display

pytestmark = pytest.mark.unit

FPS = 25
WAIT_S = 60


def shot(pts: int, frames: int = 1, level: int | None = None, side: int = 32) -> Shot:
    """Its grey and its sound tell its number."""
    picture = np.full((side, side, 3), 10 * pts if level is None else level, np.uint8)
    return Shot(pts, FPS, picture, frames, np.full(1920 * frames, 100 * (pts % 99 + 1), np.int16))


class Slow:
    """An outlet that waits until it may show the first shot."""

    def __init__(self, error: Exception | None = None) -> None:
        self.shots: list[Shot] = []
        self.began, self.go = threading.Event(), threading.Event()
        self.left_with: list[object] = []
        self._error = error

    def show(self, shot: Shot) -> None:
        self.began.set()
        assert self.go.wait(WAIT_S)
        if self._error is not None:
            raise self._error
        self.shots.append(shot)

    def __enter__(self) -> Slow:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.left_with.append(kind)


def test_a_slow_outlet_drops_the_oldest_pictures_and_no_sound() -> None:
    slow = Slow()
    with Background(slow) as outlet:
        outlet.show(shot(0))
        assert slow.began.wait(WAIT_S)
        for pts in range(1, 8):
            outlet.show(shot(pts))
        slow.go.set()
    assert [(each.pts, each.frames) for each in slow.shots] == [(0, 1), (6, 6), (7, 1)]
    sound = np.concatenate([each.sound for each in slow.shots])
    assert np.array_equal(sound, np.repeat(np.arange(100, 900, 100), 1920))
    assert slow.shots[1].sound_s == pytest.approx(0.04)
    assert slow.left_with == [None]


def test_what_a_background_ran_into_is_raised() -> None:
    slow = Slow(OutputError("disk", "is full"))
    slow.go.set()
    with ExitStack() as stack:
        background = Background(slow)
        stack.enter_context(pytest.raises(OutputError, match="disk: is full"))
        stack.enter_context(background)
        background.show(shot(0))
        background._thread.join(WAIT_S)
        background.show(shot(1))
    assert slow.left_with == [OutputError]
    slow = Slow(OutputError("disk", "is full"))
    slow.go.set()
    with pytest.raises(OutputError, match="disk: is full"), Background(slow) as outlet:
        outlet.show(shot(0))
    assert slow.left_with == [OutputError]


def test_a_background_that_is_left_by_an_exception_shows_no_more() -> None:
    slow = Slow()
    with suppress(KeyboardInterrupt), Background(slow) as outlet:
        outlet.show(shot(0))
        assert slow.began.wait(WAIT_S)
        outlet.show(shot(1))
        threading.Timer(0.05, slow.go.set).start()
        raise KeyboardInterrupt
    assert slow.left_with == [KeyboardInterrupt]


def test_a_film_shows_the_picture_before_where_some_were_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with FilmOutlet(path, (32, 32), FPS, sound=True, force=False) as film:
        for each in (shot(0), shot(1), shot(4, frames=3), shot(5)):
            film.show(each)
    with av.open(str(path)) as file:
        levels = [frame.to_ndarray(format="gray")[16, 16] for frame in file.decode(video=0)]
    assert np.diff(np.round(np.array(levels, float) / 9).astype(int)).astype(bool).tolist() == [
        True, False, False, True, True,
    ]  # fmt: skip
    with av.open(str(path)) as file:
        seconds = sum(frame.samples for frame in file.decode(audio=0)) / 48_000
    assert seconds == pytest.approx(6 / FPS, abs=0.03)


def test_a_film_that_is_left_by_an_exception_is_none(tmp_path: Path) -> None:
    film = FilmOutlet(tmp_path / "a.mp4", (32, 32), FPS, sound=False, force=False)
    with suppress(KeyboardInterrupt), film:
        film.show(shot(0))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


class Device:
    """As pyvirtualcam's camera."""

    device = "/dev/video9"

    def __init__(self, width: int, height: int, fps: float, *, fmt: object) -> None:
        self.size, self.fps, self.fmt = (width, height), fps, fmt
        self.sent: list[Any] = []
        self.closed = False

    def send(self, picture: Any) -> None:
        self.sent.append(picture)

    def close(self) -> None:
        self.closed = True


def test_a_virtual_camera_gets_pictures_of_even_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    package = SimpleNamespace(Camera=Device, PixelFormat=SimpleNamespace(RGB="rgb"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", package)
    for side, even in ((32, 32), (33, 34)):
        with VirtualCamera((side, side), FPS) as camera:
            camera.show(shot(3, side=side))
            device: Any = camera._camera
        assert (device.size, device.fps, device.fmt) == ((even, even), FPS, "rgb")
        assert device.sent[0].shape == (even, even, 3)
        assert (camera.name, device.closed) == ("/dev/video9", True)


def test_without_a_device_or_the_package_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object, **__: object) -> Device:
        raise RuntimeError("'v4l2loopback' backend: No device found. Did you\nread the manual?")

    package = SimpleNamespace(Camera=missing, PixelFormat=SimpleNamespace(RGB="rgb"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", package)
    with pytest.raises(OptionError, match=r"no device \('v4l2loopback' backend: No device found\)"):
        VirtualCamera((32, 32), FPS)
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(OptionError, match=r"pip install 'mien\[live\]'"):
        VirtualCamera((32, 32), FPS)


class Receiver:
    """Takes MPEG-TS over TCP, one sender after the other."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(WAIT_S)
        self.url = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"

    def accept(self) -> socket.socket:
        sender, _ = self._listening.accept()
        sender.settimeout(WAIT_S)
        return sender

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def until_it_comes(outlet: PushOutlet, sender: socket.socket) -> int:
    for pts in range(100_000):
        outlet.show(shot(pts, level=pts % 256, side=64))
        if select.select([sender], [], [], 0.01)[0]:
            return sender.recv(188)[0]
    raise AssertionError("nothing came")


def until_it_is_lost(outlet: PushOutlet) -> None:
    for pts in range(100_000):
        outlet.show(shot(pts, level=pts % 256, side=64))
        if outlet._opening is not None:
            return
    raise AssertionError("nobody noticed")


def test_a_stream_that_is_lost_is_opened_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "_AGAIN_S", 0.0)
    with PushOutlet(receiver.url, (64, 64), FPS) as outlet:
        first = receiver.accept()
        assert until_it_comes(outlet, first) == 0x47
        first.close()
        with pytest.warns(MienWarning, match="opened again as soon as possible"):
            until_it_is_lost(outlet)
        second = receiver.accept()
        assert outlet._opening is not None
        outlet._opening.join(WAIT_S)
        assert until_it_comes(outlet, second) == 0x47
        second.close()


def test_a_receiver_that_is_not_there_is_told_at_once(receiver: Receiver) -> None:
    receiver.close()
    with pytest.raises(OutputError):
        PushOutlet(receiver.url, (64, 64), FPS)
    with pytest.raises(OptionError):
        PushOutlet("http://127.0.0.1/live", (64, 64), FPS)


def test_without_a_display_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tkinter", reason="Python without tkinter", exc_type=ImportError)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":9999")
    assert has_display()
    with pytest.raises(OptionError, match="no display that can be used"):
        Window((32, 24))
    monkeypatch.setitem(sys.modules, "tkinter", None)
    with pytest.raises(OptionError, match="apt install python3-tk"):
        Window((32, 24))
