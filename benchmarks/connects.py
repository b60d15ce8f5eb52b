"""What is left of viewers that came and went.

    python -m benchmarks.connects --count 200 --output connects.json

Connects to a live face by WHEP, sees a picture, hears a sound, and ends it, over and over. Exits
with 1 if the server holds more tasks, connections or descriptors afterwards, or if its memory went
on growing by more than 20 kB for each in the second half. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from benchmarks.far_end.holdings import holdings, rested, settled
from benchmarks.far_end.sessions import send_portrait, session_of
from benchmarks.far_end.whep import watching_whep
from benchmarks.processes import cpu_s
from benchmarks.serving import serving
from mien.pipeline.measuring.figures import distribution

_SIZE = 256
_MOST_KB_EACH = 20.0
_WARMUP, _JUDGED_FROM = 5, 100


def measure(count: int = 200) -> dict[str, object]:
    """What there is before, in the middle and in the end, and what is wrong."""
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), "--live-sessions", "1", "--workers", "1") as (server, url),
        httpx2.Client(base_url=url, timeout=60) as http,
    ):
        portrait = send_portrait(http)
        with session_of(http, portrait, size=_SIZE) as session:
            _connect(url, session.path, _WARMUP)
        before = rested(http, server)
        worked_s = cpu_s(server)
        with session_of(http, portrait, size=_SIZE) as session:
            took_ms = _connect(url, session.path, count // 2)
            middle = holdings(http, server)
            took_ms += _connect(url, session.path, count - count // 2)
            end = holdings(http, server)
        worked_s = cpu_s(server) - worked_s
        after = settled(http, server, before)
    kb_each = 1024 * (end.server_mb - middle.server_mb) / (count - count // 2)
    faults = [f"{more} more {name} than before" for name, more in after.beyond(before).items()]
    if count >= _JUDGED_FROM and kb_each > _MOST_KB_EACH:
        faults.append(f"memory grows by {kb_each:.0f} kB with each connection")
    return {
        "count": count,
        "to_picture_and_sound_ms": distribution(took_ms, digits=0),
        "server_cpu_ms_each": round(1000 * worked_s / count, 1),
        "kb_each_in_second_half": round(kb_each, 1),
        **{name: asdict(each) for name, each in (
            ("before", before), ("middle", middle), ("end", end), ("after", after),
        )},
        "faults": faults,
    }  # fmt: skip


def _connect(url: str, session: str, count: int) -> list[float]:
    """Milliseconds from an offer to picture and sound."""
    took_ms = []
    for _ in range(count):
        began = time.perf_counter()
        with watching_whep(url, session):
            took_ms.append(1000 * (time.perf_counter() - began))
    return took_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=200, metavar="N")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    given = parser.parse_args()
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    result = measure(given.count)
    text = json.dumps({"machine": machine, **result}, indent=2)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text + "\n", encoding="utf-8")
    if result["faults"]:
        raise SystemExit("something is left; see faults")


if __name__ == "__main__":
    main()
