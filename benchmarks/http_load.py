"""Load from a process of its own: POST requests over connections that are kept open.

wrk does it where it is installed; else this module does, as ``python -m benchmarks.http_load``
with a :class:`Load` as JSON on standard input, which takes more of the processor.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

_WRK = """
local form, number = "%s", %d
function request()
  number = (number + 1) %% 1000000
  local body = form:gsub("NUMBER", string.format("%%06d", number))
  local head = { ["Content-Type"] = "application/x-www-form-urlencoded" }
  return wrk.format("POST", nil, head, body)
end
function done(summary, latency)
  local e = summary.errors
  print(string.format('{"requests": %%d, "seconds": %%f, "errors": %%d, "p50_ms": %%f, ' ..
    '"p99_ms": %%f, "max_ms": %%f}', summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
"""


@dataclass(frozen=True)
class Load:
    """form: of each request, URL-encoded; NUMBER in it becomes six digits, others each time,
    counted from ``first``."""

    url: str
    form: str
    seconds: float
    connections: int
    first: int = 0


def drive(load: Load) -> dict[str, Any]:
    """Requests per second, errors, and milliseconds until the answers were there."""
    wrk = shutil.which("wrk")
    told = _by_wrk(wrk, load) if wrk else _by_python(load)
    return {
        "generator": "wrk" if wrk else "python",
        "connections": load.connections,
        "per_second": round(told["requests"] / told["seconds"], 1),
        **{name: round(value, 2) for name, value in told.items()},
    }


def _by_wrk(wrk: str, load: Load) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_WRK % (load.form, load.first))
        script.flush()
        command = [wrk, "-t1", f"-c{load.connections}", f"-d{load.seconds:.0f}s", "--timeout=30s"]
        command += ["-s", script.name, load.url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(told.strip().splitlines()[-1]))


def _by_python(load: Load) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.http_load"]
    folder = Path(__file__).parents[1]
    told = subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=folder,
        input=json.dumps(asdict(load)).encode(),
    )
    return dict(json.loads(told.stdout))


class _Drive:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._number = load.first
        self._until = time.perf_counter() + load.seconds
        self._took_ms: list[float] = []
        self._errors = 0

    async def run(self) -> dict[str, float]:
        began = time.perf_counter()
        await asyncio.gather(*(self._connection() for _ in range(self._load.connections)))
        p50, p99 = np.percentile(self._took_ms, [50, 99]) if self._took_ms else (0.0, 0.0)
        return {
            "requests": len(self._took_ms) + self._errors,
            "seconds": time.perf_counter() - began,
            "errors": self._errors,
            "p50_ms": float(p50),
            "p99_ms": float(p99),
            "max_ms": max(self._took_ms, default=0.0),
        }

    async def _connection(self) -> None:
        parts = urlsplit(self._load.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (asked := time.perf_counter()) < self._until:
            body = self._load.form.replace("NUMBER", f"{self._number % 1_000_000:06}")
            self._number += 1
            writer.write(
                f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            if head.startswith(b"http/1.1 200"):
                self._took_ms.append(1000 * (time.perf_counter() - asked))
            else:
                self._errors += 1
        writer.close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_Drive(Load(**json.load(sys.stdin))).run())))
