"""How soon a live face does what it is told, at the far end of its WebSocket, and what it costs.

    python -m benchmarks.live --seconds 30 --sessions 1 2 --output results.json

Starts ``mien serve`` and watches 512 x 512 faces as JPEG. Every second one of the clients feels
something else, says a word, or is interrupted in the middle of one: from the moment it asks until
the picture has changed, the first sample is heard, the lips have moved, or ``cleared`` came (after
which any sample that is not silent counts as late). Then, each by a module of its own: whether
sound and pictures are in step, how soon a face follows a camera, and how soon it is silent and its
mouth closed, over WebSocket and WHEP. Server, hosts and clients share the processors, so ``load``
says how busy the machine was, and ``cpu_share`` what of a core the service took. Linux only.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import struct
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.following import measure_camera
from benchmarks.interrupting import measure_clear
from benchmarks.processes import cpu_s, family
from benchmarks.serving import serving
from benchmarks.sync import measure_sync
from mien.media.audio import AudioReader, open_sound
from mien.pipeline.measuring.figures import distribution

GOALS = {
    "fps": 25,
    "sessions": 2,
    "first_picture_ms": 1500,
    "control_to_picture_ms": 120,
    "sound_to_lips_ms": 200,
    "clear_to_silence_ms": 100,
    "clear_to_closed_mouth_ms": 100,
    "sync_ms": 40,
    "camera_to_picture_ms": 80,
}
_HEADER = struct.Struct("<BBHIQ")
_JPEG, _PCM = 1, 16
_RATE = 48_000
_CHANGED = 25.0
"""Of 255: how much the samples that changed most must have changed for a new expression."""
_MOVED = 12.0
"""The same for lips that begin to speak."""
_PATIENCE_S = 3.0

Samples = NDArray[np.int16]


@dataclass
class Found:
    """Milliseconds of everything that was measured."""

    control_to_picture: list[float] = field(default_factory=list)
    sound_to_sound: list[float] = field(default_factory=list)
    sound_to_lips: list[float] = field(default_factory=list)
    clear_to_silence: list[float] = field(default_factory=list)
    late_samples: int = 0
    missed: int = 0


class Watcher:
    """A client that acks everything. box: left, top, width and height of the face in pictures."""

    def __init__(self, socket: ClientConnection, box: tuple[int, int, int, int]) -> None:
        self._socket, self._box = socket, box
        self.num_pictures = 0
        self.num_loud = 0
        self.picture: NDArray[np.int16] | None = None
        self.words: list[str] = []
        self._look = False

    def say(self, type: str, **fields: Any) -> None:
        self._socket.send(json.dumps({"type": type, **fields}))

    def push(self, sound: Samples) -> None:
        for begin in range(0, len(sound), _RATE // 10):
            piece = sound[begin : begin + _RATE // 10].tobytes()
            self._socket.send(_HEADER.pack(1, _PCM, 0, 0, 0) + piece)

    def next(self) -> None:
        """Take one message."""
        message = self._socket.recv(timeout=10)
        if isinstance(message, str):
            self.words.append(json.loads(message)["type"])
            return
        _, kind, _, seq, _ = _HEADER.unpack_from(message)
        if kind == _PCM:
            self.num_loud += bool(np.frombuffer(message, np.int16, offset=_HEADER.size).any())
            return
        self.say("ack", seq=seq)
        self.num_pictures += 1
        if self._look:
            with Image.open(io.BytesIO(message[_HEADER.size :])) as opened:
                whole = np.asarray(opened, np.int16)
            left, top, width, height = self._box
            self.picture = whole[top : top + height, left : left + width]

    def watch(self, seconds: float) -> None:
        """Take what comes for so long."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.next()

    def until(self, fits: Callable[[], bool]) -> float | None:
        """Milliseconds until it fits; None if it does not in time."""
        began = time.perf_counter()
        while time.perf_counter() - began < _PATIENCE_S:
            self.next()
            if fits():
                return 1000 * (time.perf_counter() - began)
        return None

    def seen(self) -> NDArray[np.int16]:
        """The face as it is now."""
        self._look, self.picture = True, None
        while self.picture is None:
            self.next()
        return self.picture

    def rest(self) -> None:
        """Look at pictures no longer."""
        self._look = False


def measure(sessions: int = 1, seconds: float = 20.0) -> dict[str, object]:
    """So many faces at the same time: milliseconds, frames, and processor time."""
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), "--live-sessions", str(sessions)) as (pid, url),
    ):
        with httpx2.Client(base_url=url, timeout=60) as http:
            _await_host(http)
            first_ms, face = _first_picture(http, url)
            before, began = _worked(pid), time.perf_counter()
            watched = _all(http, url, face, sessions, seconds)
            took_s = time.perf_counter() - began
            worked = {name: now - before.get(name, 0.0) for name, now in _worked(pid).items()}
        found = [each for each, _, _ in watched]
        return {
            "sessions": sessions,
            "first_picture_ms": round(first_ms, 1),
            "fps": [round(num / seconds_of, 1) for _, num, seconds_of in watched],
            **{
                f"{name}_ms": distribution(values, digits=1)
                for name in (
                    "control_to_picture", "sound_to_sound", "sound_to_lips", "clear_to_silence",
                )
                if (values := [value for each in found for value in getattr(each, name)])
            },
            "late_samples": sum(each.late_samples for each in found),
            "missed": sum(each.missed for each in found),
            "cpu_share": {name: round(each / took_s, 2) for name, each in worked.items()},
        }  # fmt: skip


def measure_far_ends(sessions: int = 2, seconds: float = 20.0) -> dict[str, object]:
    """Step, camera and interruption, at the far ends."""
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), "--live-sessions", str(max(2, sessions))) as (pid, url),
        httpx2.Client(base_url=url, timeout=60) as http,
    ):
        _await_host(http)
        parts: dict[str, Callable[[], dict[str, object]]] = {
            "sync": lambda: measure_sync(http, url, seconds),
            "camera": lambda: measure_camera(http, url, seconds),
            "interruption": lambda: measure_clear(http, url, sessions, seconds),
        }
        found: dict[str, object] = {}
        for name, part in parts.items():
            before, began = _worked(pid), time.perf_counter()
            told = part()
            took_s = time.perf_counter() - began
            now = _worked(pid)
            share = {each: round((now[each] - before[each]) / took_s, 2) for each in now}
            found[name] = told | {"cpu_share": share, "load": round(os.getloadavg()[0], 1)}
    return found


@dataclass(frozen=True)
class Face:
    """An uploaded portrait. box: of its face at 512 x 512."""

    portrait: str
    box: tuple[int, int, int, int]


def _await_host(http: httpx2.Client) -> None:
    """A service that has run for a while: its process for live faces is warm."""
    time.sleep(5)
    http.get("/readyz").raise_for_status()


def _first_picture(http: httpx2.Client, url: str) -> tuple[float, Face]:
    """From an upload to the first picture, and what was uploaded."""
    portrait = files("mien") / "data" / "astronaut.png"
    data = portrait.read_bytes()
    began = time.perf_counter()
    told = http.post("/v1/portraits", files={"file": ("me.png", data)}).json()
    scale = 512 / max(told["width"], told["height"])
    face = told["faces"][0]
    left, top, width, height = (round(scale * face[name]) for name in ("x", "y", "width", "height"))
    uploaded = Face(told["id"], (max(0, left), max(0, top), width, height))
    with _watching(http, url, uploaded) as watcher:
        watcher.seen()
        return 1000 * (time.perf_counter() - began), uploaded


@contextmanager
def _watching(http: httpx2.Client, url: str, face: Face) -> Generator[Watcher]:
    """A session and its watcher."""
    answer = http.post("/v1/sessions", json={"portrait": face.portrait})
    session = answer.raise_for_status().json()
    address = f"ws{url.removeprefix('http')}{session['websocket']}"
    with connect(address, subprotocols=[Subprotocol("mien.v1")], max_size=None) as socket:
        watcher = Watcher(socket, face.box)
        watcher.say("start")
        yield watcher
    http.delete(f"/v1/sessions/{session['id']}")


def _all(
    http: httpx2.Client, url: str, face: Face, sessions: int, seconds: float
) -> list[tuple[Found, int, float]]:
    """What each of the sessions found, its pictures, and seconds."""
    results: list[tuple[Found, int, float]] = []
    threads = [
        threading.Thread(target=lambda: results.append(_one(http, url, face, seconds)))
        for _ in range(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _one(http: httpx2.Client, url: str, face: Face, seconds: float) -> tuple[Found, int, float]:
    found, word = Found(), _word()
    with _watching(http, url, face) as watcher:
        watcher.watch(1.0)
        began, before = time.perf_counter(), watcher.num_pictures
        while time.perf_counter() - began < seconds:
            _feel(watcher, found)
            _speak(watcher, found, word)
        took_s = time.perf_counter() - began
        return found, watcher.num_pictures - before, took_s


def _feel(watcher: Watcher, found: Found) -> None:
    """Surprised, and calm again."""
    for name in ("surprised", "neutral"):
        before = watcher.seen()
        watcher.say("emotion", name=name, intensity=1.0, transition_s=0.0)
        _note(_until_changed(watcher, before, _CHANGED), found, "control_to_picture")
        watcher.rest()
        watcher.watch(0.5)


def _speak(watcher: Watcher, found: Found, word: Samples) -> None:
    """A word, in the middle of which it is interrupted."""
    before, loud = watcher.seen(), watcher.num_loud
    watcher.push(np.tile(word, 4))
    heard_ms = watcher.until(lambda: watcher.num_loud > loud)
    _note(heard_ms, found, "sound_to_sound")
    moved_ms = _until_changed(watcher, before, _MOVED, lips=True)
    both_ms = None if heard_ms is None or moved_ms is None else heard_ms + moved_ms
    _note(both_ms, found, "sound_to_lips")
    watcher.rest()
    watcher.words.clear()
    watcher.say("clear")
    _note(watcher.until(lambda: "cleared" in watcher.words), found, "clear_to_silence")
    loud = watcher.num_loud
    watcher.watch(1.0)
    found.late_samples += watcher.num_loud - loud


def _until_changed(
    watcher: Watcher, before: NDArray[np.int16], by: float, *, lips: bool = False
) -> float | None:
    return watcher.until(lambda: _change(before, watcher, lips=lips) > by)


def _note(took_ms: float | None, found: Found, name: str) -> None:
    if took_ms is None:
        found.missed += 1
    else:
        getattr(found, name).append(took_ms)


def _change(before: NDArray[np.int16], watcher: Watcher, *, lips: bool = False) -> float:
    """Mean of the hundredth of the face's samples that changed most; of the lower third only."""
    assert watcher.picture is not None
    begin = 2 * len(before) // 3 if lips else 0
    change = np.abs(watcher.picture[begin:] - before[begin:]).ravel()
    return float(np.sort(change)[-len(change) // 100 :].mean())


def _word() -> Samples:
    """The first half second of the built-in voice, from where it begins to be loud."""
    reader = AudioReader(
        open_sound(str(files("mien") / "data" / "hello.ogg")), rate=_RATE, mono=True
    )
    sound = np.concatenate([block[0] for block in reader.blocks()])
    begin = int(np.flatnonzero(np.abs(sound) > 0.1)[0])
    return (sound[begin : begin + _RATE // 2] * 32_000).astype(np.int16)


def _worked(pid: int) -> dict[str, float]:
    """Seconds of processor time, of the server, of hosts, and of workers."""
    worked = {"server": cpu_s(pid), "hosts": 0.0, "workers": 0.0}
    for each in family(pid)[1:]:
        command = Path(f"/proc/{each}/cmdline").read_bytes()
        worked["hosts" if b"mien.service.live.host" in command else "workers"] += cpu_s(each)
    return worked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S")
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 2], metavar="N")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    given = parser.parse_args()
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results = [measure(sessions, given.seconds) for sessions in given.sessions]
    far_ends = measure_far_ends(max(given.sessions), given.seconds)
    found = {"machine": machine, "goals": GOALS, "results": results, "far_ends": far_ends}
    text = json.dumps(found, indent=2)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
