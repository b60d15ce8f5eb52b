"""What a running service holds: memory, threads, descriptors, tasks and connections."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2

from benchmarks.processes import family, num_descriptors, num_threads, status_mb

_GAUGES = ("mien_event_loop_tasks", "mien_webrtc_peers", "mien_sessions_active")
_SETTLES_S = 60.0
_POOLED = min(32, (os.cpu_count() or 1) + 4) + 4
"""Threads: those of an event loop's executor, and some of Starlette's."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Of the server and of all processes that render faces, together. tasks: of the event loop."""

    server_mb: float
    hosts_mb: float
    threads: int
    descriptors: int
    tasks: int
    peers: int
    sessions: int

    def beyond(self, before: Holdings) -> dict[str, int]:
        """What is more than before and must not be. Threads of pools come when they are needed, and
        stay."""
        now, then = asdict(self), asdict(before)
        spare = {"descriptors": 0, "tasks": 0, "peers": 0, "sessions": 0, "threads": _POOLED}
        more = {name: now[name] - then[name] for name in spare}
        return {name: num for name, num in more.items() if num > spare[name]}


def holdings(http: httpx2.Client, server: int) -> Holdings:
    """Of a service that has this process."""
    hosts = list(_hosts(server))
    both = [server, *hosts]
    metrics = http.get("/metrics").text
    tasks, peers, sessions = (_gauge(metrics, name) for name in _GAUGES)
    return Holdings(
        status_mb(server, "VmRSS"),
        round(sum(status_mb(each, "VmRSS") for each in hosts), 1),
        sum(map(num_threads, both)),
        sum(map(num_descriptors, both)),
        tasks,
        peers,
        sessions,
    )


def rested(http: httpx2.Client, server: int) -> Holdings:
    """As soon as nothing is open and tasks become fewer no more."""
    until, now = time.monotonic() + _SETTLES_S, holdings(http, server)
    while time.monotonic() < until:
        last = now
        time.sleep(0.5)
        now = holdings(http, server)
        if not (now.peers or now.sessions) and now.tasks >= last.tasks:
            break
    return now


def settled(http: httpx2.Client, server: int, before: Holdings) -> Holdings:
    """As soon as there is no more than before, or when a minute has not been enough."""
    until = time.monotonic() + _SETTLES_S
    while (now := holdings(http, server)).beyond(before) and time.monotonic() < until:
        time.sleep(0.2)
    return now


def _hosts(server: int) -> Iterator[int]:
    for each in family(server)[1:]:
        if b"mien.service.live.host" in Path(f"/proc/{each}/cmdline").read_bytes():
            yield each


def _gauge(metrics: str, name: str) -> int:
    found = re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)
    if found is None:
        raise SystemExit(f"/metrics does not tell {name}")
    return int(float(found[1]))
