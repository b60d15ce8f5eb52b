"""Live faces in plain players and pushed by RTMP, against a server as users start it; FFmpeg, which
knows nothing of this service, receives."""

from __future__ import annotations

import io
import socket
import subprocess
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
import pytest
from av import AudioFrame, VideoFrame

from fakes.ffmpeg_peer import ffmpeg
from fakes.running_server import RunningServer, running_server
from fakes.schema_hooks import PORTRAIT

pytestmark = pytest.mark.e2e

KEY, OTHERS_KEY = "a-key-of-one-caller", "a-key-of-another-one"
SECRET = "a-stream-key-of-mine"
PATIENCE_S = 90
HZ = 600
KINDS = {"mp4": ("mp4", "video/mp4"), "ts": ("mpegts", "video/mp2t")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> int:
    """Of receivers."""
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[RunningServer]:
    flags = ("--workers", "1", "--drain-s", "0", "--api-key", KEY, "--api-key", OTHERS_KEY)
    allowed = ("--push-to", f"127.0.0.1:{port}")
    folder = tmp_path_factory.mktemp("data")
    with running_server(folder, *flags, *allowed, live=True) as server:
        yield server
    assert SECRET not in "".join(server.lines)
    assert "Traceback" not in "".join(server.lines)


def caller(server: RunningServer, key: str | None = KEY) -> httpx2.Client:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx2.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx2.Client]:
    with caller(server) as client:
        yield client


@pytest.fixture
def session(http: httpx2.Client) -> Iterator[str]:
    """The path of one."""
    portrait = http.post("/v1/portraits", files={"file": PORTRAIT}).json()["id"]
    answer = http.post("/v1/sessions", json={"portrait": portrait, "size": 128})
    assert answer.status_code == 201, answer.text
    yield answer.headers["Location"]
    http.delete(answer.headers["Location"])


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_streams(http: httpx2.Client, kind: str, count: int) -> None:
    line = f'mien_streams{{kind="{kind}"}} {count}.0'
    wait(lambda: line in http.get("/metrics").text)


def speak(http: httpx2.Client, session: str) -> None:
    """A tone of a second."""
    times = np.arange(48_000) / 48_000
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes((12_000 * np.sin(2 * np.pi * HZ * times)).astype(np.int16).tobytes())
    answer = http.post(f"{session}/speak", files={"file": ("tone.wav", file.getvalue())})
    assert answer.status_code == 202, answer.text


class Body:
    """A response as a file for PyAV."""

    def __init__(self, response: httpx2.Response) -> None:
        self._portions = response.iter_raw()
        self._rest = b""

    def read(self, size: int) -> bytes:
        self._rest = self._rest or next(self._portions, b"")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


@contextmanager
def player(http: httpx2.Client, url: str, form: str) -> Iterator[Any]:
    with http.stream("GET", url) as response:
        assert response.status_code == 200, response.read()
        options = {"probesize": "4096", "analyzeduration": "0"}
        with av.open(Body(response), format=form, options=options) as file:
            yield file


def is_tone(frame: AudioFrame) -> bool:
    samples = frame.to_ndarray()[0]
    loudest = int(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))))
    pitch = loudest * frame.sample_rate / len(samples)
    return bool(np.abs(samples).max() > 0.1 and abs(pitch - HZ) < 100)


def watch_until_heard(file: Any, begin: Callable[[], None]) -> None:
    """Pictures change, and the tone is heard once ``begin`` was called: at the fifth picture, and
    at every fiftieth after it, because who is slow misses sound."""
    pictures: list[Any] = []
    heard = changed = False
    for frame in file.decode():
        if isinstance(frame, AudioFrame):
            heard = heard or is_tone(frame)
        elif isinstance(frame, VideoFrame):
            pictures.append(frame.to_ndarray(format="gray").astype(int))
            changed = changed or bool(np.abs(pictures[-1] - pictures[0]).max() > 20)
            if len(pictures) % 50 == 5:
                begin()
        if heard and changed:
            assert pictures[0].shape == (128, 128)
            return
    raise AssertionError("the stream has ended")


@pytest.mark.parametrize("ending", KINDS)
def test_a_player_sees_and_hears_the_session_until_it_ends(
    http: httpx2.Client, session: str, ending: str
) -> None:
    form, kind = KINDS[ending]
    url = f"{session}/stream.{ending}"
    head = http.head(url)
    assert (head.status_code, head.headers["Content-Type"]) == (200, kind)
    assert http.get(session).json()["stats"]["watchers"] == 0
    with player(http, url, form) as file:
        watch_until_heard(file, lambda: speak(http, session))
        assert http.get(session).json()["stats"]["watchers"] == 1
        wait_streams(http, "http", 1)
        assert http.delete(session).json()["state"] == "closed"
        for _ in file.demux():
            pass  # until it ends
    wait_streams(http, "http", 0)
    assert http.get(url).status_code == 409


def test_a_reader_that_goes_leaves_nothing_and_ranges_are_not_looked_at(
    http: httpx2.Client, session: str
) -> None:
    with http.stream("GET", f"{session}/stream.ts", headers={"Range": "bytes=100-"}) as response:
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Accept-Ranges"] == "none"
        assert next(response.iter_raw())[:1] == b"G"
    wait(lambda: http.get(session).json()["state"] == "paused")
    wait_streams(http, "http", 0)


def test_a_ticket_stands_for_a_key_once(
    server: RunningServer, http: httpx2.Client, session: str
) -> None:
    sold = http.post(f"{session}/ticket").json()["ticket"]
    url = f"{session}/stream.mp4"
    with caller(server, None) as anybody:
        assert anybody.get(url).status_code == 401
        assert anybody.get(f"{url}?ticket=").status_code == 401
        assert anybody.get(f"{url}?ticket={'x' * 43}").status_code == 401
        assert anybody.get(f"{session}?ticket={sold}").status_code == 401
        other = f"/v1/sessions/{'0' * 32}/stream.mp4"
        assert anybody.head(f"{url}?ticket={sold}").status_code == 200
        with anybody.stream("GET", f"{url}?ticket={sold}") as response:
            assert response.status_code == 200
            assert next(response.iter_raw())
        assert anybody.get(f"{url}?ticket={sold}").status_code == 401
        sold = http.post(f"{session}/ticket").json()["ticket"]
        assert anybody.get(f"{other}?ticket={sold}").status_code == 401
    with caller(server, OTHERS_KEY) as other_caller:
        assert other_caller.get(url).status_code == 404


@contextmanager
def ffmpeg_receiver(port: int, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """FFmpeg, which takes one stream and writes down what comes."""
    command = [
        *(ffmpeg(), "-hide_banner", "-loglevel", "error", "-listen", "1"),
        *("-i", f"rtmp://127.0.0.1:{port}/live/{SECRET}"),
        *("-c", "copy", "-flush_packets", "1", "-f", "mpegts", str(path)),
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(http: httpx2.Client, push: str, done: Callable[[dict[str, Any]], bool]) -> None:
    def goes_on() -> bool:
        told = http.get(push).json()
        assert told["state"] != "failed", told
        return done(told)

    wait(goes_on)


def test_ffmpeg_receives_a_push_is_lost_and_called_again(
    http: httpx2.Client, session: str, port: int, tmp_path: Path
) -> None:
    asked = {"url": f"rtmp://127.0.0.1:{port}/live/{SECRET}"}
    received = tmp_path / "second.ts"
    with ffmpeg_receiver(port, tmp_path / "first.ts") as first:
        answer = http.post(f"{session}/pushes", json=asked)
        assert answer.status_code == 201, answer.text
        assert answer.json()["url"] == f"rtmp://127.0.0.1:{port}/live/***"
        push = answer.headers["Location"]
        until(http, push, lambda told: told["state"] == "running" and told["frames"] > 5)
        there = http.get(f"{session}/pushes").json()["pushes"]
        assert [each["id"] for each in there] == [push.rpartition("/")[2]]
        wait_streams(http, "rtmp", 1)
        with ffmpeg_receiver(port, received) as second:
            first.kill()  # it no longer listened: the second one does, for the next call
            wait(lambda: received.exists() and received.stat().st_size > 0)
            assert http.get(session).json()["state"] == "running"
            until(http, push, lambda told: told["state"] == "running")
            speak(http, session)
            frames = http.get(push).json()["frames"]
            until(http, push, lambda told: told["frames"] > frames + 40)
            assert http.delete(push).status_code == 200
            assert second.wait(PATIENCE_S) == 0
    assert http.get(push).status_code == 404
    with av.open(str(received)) as file:
        watch_until_heard(file, lambda: None)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("rtmp://127.0.0.1/live/key", 403),
        ("rtmp://localhost:{port}/live/key", 403),
        ("rtmps://example.org/live/key", 403),
        ("rtmp://127.0.0.1:{port}/live/key\nX: y", 422),
        ("rtmp://a:b@127.0.0.1:{port}/live/key", 422),
        ("http://127.0.0.1:{port}/live/key", 422),
        ("file:///etc/passwd", 422),
        ("", 422),
    ],
)
def test_only_rtmp_to_hosts_that_are_named_is_pushed(
    http: httpx2.Client, session: str, port: int, url: str, status: int
) -> None:
    answer = http.post(f"{session}/pushes", json={"url": url.format(port=port)})
    assert answer.status_code == status, answer.text
    assert "key" not in answer.json()["detail"].replace("app/key", "")
    if status == 403:
        assert "MIEN_PUSH_TO" in answer.json()["detail"]
    assert http.get(f"{session}/pushes").json() == {"pushes": []}


def test_pushes_are_their_owners_and_there_is_room_for_so_many(
    server: RunningServer, http: httpx2.Client, session: str, port: int
) -> None:
    asked = {"url": f"rtmp://127.0.0.1:{port}/live/{SECRET}"}
    with socket.create_server(("127.0.0.1", port)):  # which says nothing
        answers = [http.post(f"{session}/pushes", json=asked) for _ in range(10)]
        assert [each.status_code for each in answers] == [201] * 4 + [503] * 6
    push = answers[0].headers["Location"]
    with caller(server, OTHERS_KEY) as other, caller(server, None) as anybody:
        for who, status in ((other, 404), (anybody, 401)):
            assert who.get(f"{session}/pushes").status_code == status
            assert who.get(push).status_code == status
            assert who.delete(push).status_code == status
            assert who.post(f"{session}/pushes", json=asked).status_code == status
    assert http.delete(session).status_code == 200
    wait_streams(http, "rtmp", 0)
    assert http.get(f"{session}/pushes").json() == {"pushes": []}
