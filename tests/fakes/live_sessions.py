"""Live sessions of a running server, whose callers have keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2

from fakes.live_client import LiveClient, live_client
from fakes.running_server import RunningServer

KEY = "a-key-of-one-caller"
SMALL = {"size": 128}


@contextmanager
def caller(server: RunningServer, key: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


def sent(http: httpx2.Client) -> str:
    file = ("me.png", (files("mien") / "data" / "astronaut.png").read_bytes())
    answer = http.post("/v1/portraits", files={"file": file})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


@contextmanager
def session(http: httpx2.Client, portrait: str, **options: Any) -> Iterator[dict[str, Any]]:
    answer = http.post("/v1/sessions", json={"portrait": portrait, **SMALL, **options})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["state"] == "ready"
    try:
        yield told
    finally:
        http.delete(f"/v1/sessions/{told['id']}")


@contextmanager
def watching(
    server: RunningServer,
    told: dict[str, Any],
    *,
    acks: bool = True,
    close_timeout: float = 10.0,
    **start: Any,
) -> Iterator[LiveClient]:
    with live_client(
        server.url, told["websocket"], key=KEY, acks=acks, close_timeout=close_timeout
    ) as client:
        client.say("start", **start)
        hello = client.next()
        assert hello.words["type"] == "session"
        assert hello.words["id"] == told["id"]
        yield client


def host_of(server: RunningServer) -> int:
    """The process of live sessions."""
    children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    pids = {int(pid) for each in children for pid in each.read_text().split()}
    return next(
        pid
        for pid in pids
        if b"mien.service.live.host" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def settled(pid: int, threads: int = 0, descriptors: int = 0) -> tuple[int, int]:
    """Threads and descriptors of a process, as soon as there are no more than these, or when they
    do not become fewer."""
    last = (0, 0)
    for _ in range(100):
        threads_now = len(list(Path(f"/proc/{pid}/task").iterdir()))
        now = threads_now, len(list(Path(f"/proc/{pid}/fd").iterdir()))
        if (now[0] <= threads and now[1] <= descriptors) or (now == last and not threads):
            return now
        last = now
        time.sleep(0.05)
    return last
