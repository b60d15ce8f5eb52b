"""How many stills a second the service renders, and how it feels meanwhile.

    python -m benchmarks.service --seconds 600 --connections 8 --output results.json

Starts ``mien serve``, sends one portrait, and drives ``POST /api/render`` (512 x 512, JPEG) over
connections that are kept open from another process. Every request asks for an intensity that was
not asked for before, so that none is answered from the cache; then the same one over and over.
Server, workers and the load share the processors. Linux only.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import httpx2

import mien
from benchmarks.http_load import Load, drive
from benchmarks.processes import cpu_s, family, num_descriptors, status_mb
from benchmarks.serving import serving
from mien.pipeline.measuring.figures import distribution

GOALS = {
    "uncached_per_second": 60,
    "uncached_ms": 60,
    "cached_ms": 5,
    "seven_emotions_ms": 400,
    "health_p99_ms": 50,
}
SEVEN = "neutral,happy,sad,surprised,angry,disgusted,fearful"
PORTRAIT = Path(mien.__file__).parent / "data" / "astronaut.png"
_SPARE = 900_000
"""Intensities from here on, in millionths, are for requests one by one."""


@dataclass(frozen=True)
class Plan:
    """What is measured. singles: requests one after the other."""

    seconds: float = 10.0
    connections: int = 8
    workers: int = 2
    singles: int = 30
    portrait: Path = PORTRAIT


class Client:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(self, path: str, **fields: str) -> None:
        """POST a form, or GET; SystemExit for anything but a success."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields) if fields else None
        self._connection.request("POST" if body else "GET", path, body, kind if body else {})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {content[:300]!r}")


def measure(plan: Plan | None = None) -> dict[str, object]:
    """Stills per second, milliseconds, megabytes, and what each process worked for a still."""
    plan = plan or Plan()
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), "--workers", str(plan.workers)) as (pid, url),
    ):
        client = Client(url)
        frame = {"expression": "happy", "image_hash": _send(url, plan.portrait)}
        _warm(url, frame, plan)
        singles = _singles(client, frame, plan.singles)
        form = urlencode(frame) + "&intensity=0.NUMBER"
        load = Load(f"{url}/api/render", form, plan.seconds, plan.connections)
        before = _state(pid)
        with _asking_health(url) as health_ms:
            uncached = drive(load)
        after = _state(pid)
        cached_form = urlencode(frame | {"intensity": "0.5"})
        cached_load = Load(load.url, cached_form, min(plan.seconds, 10), plan.connections)
        return {
            "goals": GOALS,
            "workers": plan.workers,
            "uncached": uncached | _cpu(before, after, uncached["requests"]),
            "health_meanwhile_ms": distribution(health_ms),
            **singles,
            "cached": drive(cached_load),
            "processes_before": before,
            "processes_after": after,
        }


def _send(url: str, portrait: Path) -> str:
    """The hash of a portrait that is known now."""
    with portrait.open("rb") as file:
        answer = httpx2.post(
            f"{url}/api/render",
            data={"expression": "neutral"},
            files={"source_image": file},
            timeout=60,
        )
    return str(answer.raise_for_status().headers["X-Image-Hash"])


def _warm(url: str, frame: dict[str, str], plan: Plan) -> None:
    """Every worker has prepared the portrait."""
    form = urlencode(frame) + "&intensity=0.NUMBER"
    drive(Load(f"{url}/api/render", form, 2, plan.connections, first=_SPARE + 50_000))


def _singles(client: Client, frame: dict[str, str], num: int) -> dict[str, object]:
    """One request after the other: not rendered before, rendered before, seven emotions."""
    fresh = (f"{number / 1e6:.6f}" for number in count(_SPARE))

    def ask(fields: dict[str, str], intensity: str, path: str = "/api/render") -> None:
        client.ask(path, **fields, intensity=intensity)

    batch = {"emotions": SEVEN, "image_hash": frame["image_hash"]}
    return {
        "uncached_single_ms": _timed(num, lambda: ask(frame, next(fresh))),
        "cached_single_ms": _timed(5 * num, lambda: ask(frame, "0.9")),
        "seven_emotions_ms": _timed(num // 3 + 1, lambda: ask(batch, next(fresh), "/render/batch")),
    }


def _timed(num: int, call: Callable[[], None]) -> dict[str, float]:
    call()
    return distribution([1000 * took for took in _durations(call, num)], digits=2)


def _durations(call: Callable[[], None], num: int) -> Iterator[float]:
    for _ in range(num):
        began = time.perf_counter()
        call()
        yield time.perf_counter() - began


@contextmanager
def _asking_health(url: str) -> Generator[list[float]]:
    """Milliseconds of ``GET /health``, twenty times a second until the block ends."""
    took_ms: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        client = Client(url)
        while not ended.wait(0.05):
            took_ms.extend(1000 * took for took in _durations(lambda: client.ask("/health"), 1))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield took_ms
    finally:
        ended.set()
        thread.join()


def _state(pid: int) -> dict[str, list[float]]:
    """Of the server and then of each process below it."""
    pids = family(pid)
    return {
        "rss_mb": [status_mb(each, "VmRSS") for each in pids],
        "peak_rss_mb": [status_mb(each, "VmHWM") for each in pids],
        "descriptors": [num_descriptors(each) for each in pids],
        "cpu_s": [round(cpu_s(each), 2) for each in pids],
    }


def _cpu(
    before: dict[str, list[float]], after: dict[str, list[float]], num: float
) -> dict[str, float]:
    """Milliseconds of processor time for a still, of the server and of what it started."""
    server, *others = (
        1000 * (now - then) / num
        for now, then in zip(after["cpu_s"], before["cpu_s"], strict=False)
    )
    return {"server_cpu_ms": round(server, 2), "workers_cpu_ms": round(sum(others), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S")
    parser.add_argument("--connections", type=int, default=8, metavar="N")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--portrait", type=Path, default=PORTRAIT, metavar="FILE")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    given = parser.parse_args()
    plan = Plan(given.seconds, given.connections, given.workers, portrait=given.portrait)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    text = json.dumps({"machine": machine, **measure(plan)}, indent=2)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
