"""The real service on a real port, as ``mien serve`` starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_READY_WITHIN_S = 120


@dataclass
class RunningServer:
    """process: of the server. url: without a slash at its end. lines: of its standard error."""

    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def wait_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "".join(self.lines)
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=10):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise AssertionError("not ready in time: " + "".join(self.lines))

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def running_server(
    data_dir: Path,
    *flags: str,
    ready: bool = True,
    live: bool = False,
    env: dict[str, str] | None = None,
) -> Iterator[RunningServer]:
    """Serve on a free port with its data in ``data_dir`` until the block ends. live: with a process
    for live faces, which takes a second to start."""
    more = ({} if live else {"MIEN_LIVE_SESSIONS": "0"}) | (env or {})
    command = [sys.executable, "-m", "mien", "serve", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(
        [*command, *flags], stderr=subprocess.PIPE, text=True, env=os.environ | more
    )
    server = RunningServer(process)
    listening = threading.Event()
    reader = threading.Thread(target=_read, args=(server, listening), daemon=True)
    reader.start()
    try:
        assert listening.wait(_READY_WITHIN_S), "".join(server.lines)
        assert server.url, "".join(server.lines)
        if ready:
            server.wait_ready()
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(10)
        assert process.stderr is not None
        process.stderr.close()


def _read(server: RunningServer, listening: threading.Event) -> None:
    assert server.process.stderr is not None
    for line in server.process.stderr:
        server.lines.append(line)
        if match := re.search(r"listening on (http://\S+)", line):
            server.url = match[1]
            listening.set()
    listening.set()
