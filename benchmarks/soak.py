"""Live faces for a long time, with all that happens to them.

    python -m benchmarks.soak --minutes 15 --output soak.json

Starts ``mien serve`` with some sessions that talk, are interrupted, feel, and look about at random,
each watched by a WebSocket and a WHEP client that stay, by others that come and go, and by some
that ask for large pictures and read nothing. Every minute it writes down frames per second, how
late they are, memory, threads, descriptors, tasks of the event loop, and how far sound and pictures
have drifted apart; in the end whether anything is left of it all. Exits with 1 if something was not
as it should be. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np

from benchmarks.far_end.acting import KEPT, Actor, act
from benchmarks.far_end.holdings import Holdings, holdings, rested, settled
from benchmarks.far_end.sessions import send_portrait, session_of, word
from benchmarks.far_end.socket import stalled_socket, watching_socket
from benchmarks.far_end.whep import watching_whep
from benchmarks.processes import cpu_s, family
from benchmarks.serving import serving

_LEAST_FPS_SHARE = 0.92
_MOST_DRIFT_MS, _MOST_LATENCY_MS = 40.0, 80.0
_MOST_MB_PER_MINUTE = 1.0
_JUDGED_FROM = 12
"""Samples before which the growth of memory is not judged: caches fill at first."""


@dataclass(frozen=True)
class Plan:
    """What is done. every_s: between two samples. any_speed: do not judge what depends on how fast
    the machine is."""

    minutes: float = 15.0
    sessions: int = 2
    size: int = 512
    fps: int = 25
    seed: int = 0
    every_s: float = 60.0
    any_speed: bool = False


@dataclass(frozen=True)
class Sample:
    """At a time since the beginning. fps: of each session, over WebSocket and WHEP. latency_ms: of
    each session, within which 95 % of the last frames were ready after they were due. drift_ms: of
    each session, how much later sound is than it was at first. cpu_share: of one core, of all of
    the service."""

    at_s: float
    fps: list[tuple[float, float]]
    latency_ms: list[float]
    drift_ms: list[float]
    cpu_share: float
    load: float
    holds: Holdings


@dataclass(frozen=True)
class Growth:
    """Of memory, megabytes a minute: the slope of a line through all samples, and its standard
    error, as clients that stall make memory come and go."""

    per_minute: float
    error: float

    @property
    def certain(self) -> float:
        """At least so much, as far as 19 of 20 can tell."""
        return self.per_minute - 2 * self.error


def measure(plan: Plan | None = None) -> dict[str, object]:
    """All samples, and what is wrong."""
    plan = plan or Plan()
    flags = ("--live-sessions", str(plan.sessions), "--workers", "1")
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), *flags) as (server, url),
        httpx2.Client(base_url=url, timeout=60) as http,
    ):
        portrait = send_portrait(http)
        _once(http, url, portrait, plan)
        before = rested(http, server)
        samples, actors = _live(http, url, server, portrait, plan)
        after = settled(http, server, before)
    faults = _faults(plan, samples, actors, after.beyond(before))
    return {
        "plan": asdict(plan),
        "before": asdict(before),
        "samples": [asdict(each) for each in samples],
        "after": asdict(after),
        "done": [each.done for each in actors],
        "mb_per_minute": {
            name: None if (growth := _growth(samples, name)) is None else asdict(growth)
            for name in ("server_mb", "hosts_mb")
        },
        "faults": faults,
    }


def _once(http: httpx2.Client, url: str, portrait: str, plan: Plan) -> None:
    """All that is loaded and started on first use is there: as many sessions and clients as later,
    and more threads at work than ever again."""
    with ExitStack() as stack:
        for _ in range(plan.sessions):
            actor = _enter(stack, http, url, portrait, plan)
            stack.enter_context(watching_whep(url, actor.session.path, most=KEPT))
            actor.socket.push(word())


def _enter(stack: ExitStack, http: httpx2.Client, url: str, portrait: str, plan: Plan) -> Actor:
    session = stack.enter_context(session_of(http, portrait, size=plan.size, fps=plan.fps))
    stack.enter_context(stalled_socket(url, session.socket))
    socket = stack.enter_context(watching_socket(url, session.socket, most=KEPT))
    whep = stack.enter_context(watching_whep(url, session.path, most=KEPT))
    return Actor(session, socket, whep)


def _live(
    http: httpx2.Client, url: str, server: int, portrait: str, plan: Plan
) -> tuple[list[Sample], list[Actor]]:
    over = threading.Event()
    with ExitStack() as stack:
        actors = [_enter(stack, http, url, portrait, plan) for _ in range(plan.sessions)]
        threads = [
            threading.Thread(target=act, args=(actor, url, plan.seed + number, over))
            for number, actor in enumerate(actors)
        ]
        for thread in threads:
            thread.start()
        try:
            samples = list(_samples(http, server, actors, plan))
        finally:
            over.set()
            for thread in threads:
                thread.join()
    return samples, actors


def _samples(
    http: httpx2.Client, server: int, actors: Sequence[Actor], plan: Plan
) -> Iterator[Sample]:
    began = last = time.monotonic()
    end = began + 60 * plan.minutes
    seen, worked = _num_pictures(actors), _worked_s(server)
    while last < end:
        time.sleep(max(0.0, min(last + plan.every_s, end) - time.monotonic()))
        now, seen_now, worked_now = time.monotonic(), _num_pictures(actors), _worked_s(server)
        took_s = now - last
        yield Sample(
            round(now - began, 1),
            [
                (round((one - a) / took_s, 1), round((other - b) / took_s, 1))
                for (a, b), (one, other) in zip(seen, seen_now, strict=True)
            ],
            [_latency_ms(http, actor) for actor in actors],
            [_drift_ms(actor) for actor in actors],
            round((worked_now - worked) / took_s, 2),
            round(os.getloadavg()[0], 1),
            holdings(http, server),
        )
        last, seen, worked = now, seen_now, worked_now


def _num_pictures(actors: Sequence[Actor]) -> list[tuple[int, int]]:
    return [(each.socket.tape.num_pictures, each.whep.num_pictures) for each in actors]


def _worked_s(server: int) -> float:
    total = 0.0
    for pid in family(server):
        with suppress(OSError):  # it has ended meanwhile
            total += cpu_s(pid)
    return total


def _latency_ms(http: httpx2.Client, actor: Actor) -> float:
    told = http.get(actor.session.path).raise_for_status().json()
    return float(told["stats"]["latency_p95_ms"] or 0.0)


def _drift_ms(actor: Actor) -> float:
    """How much later than at first the sound of WHEP is, measured at its pictures, by the clocks
    that the sender reports. Medians: of a few seconds."""
    sounds = [each.pts_s - each.face_s for each in actor.whep.sounds[-KEPT:]]
    pictures = [each.pts_s - each.face_s for each in actor.whep.pictures[-KEPT:]]
    known = [[each for each in both if not np.isnan(each)] for both in (sounds, pictures)]
    if not all(known):  # no report has come
        return 0.0
    apart_ms = 1000 * (float(np.median(known[0])) - float(np.median(known[1])))
    if actor.apart_ms is None:
        actor.apart_ms = apart_ms
    return round(apart_ms - actor.apart_ms, 1)


def _growth(samples: Sequence[Sample], name: str) -> Growth | None:
    """Over the last two thirds, when all that is used at times has been used; None of too few."""
    if len(samples) < _JUDGED_FROM:
        return None
    late = samples[len(samples) // 3 :]
    minutes = np.array([each.at_s / 60 for each in late])
    held = np.array([float(getattr(each.holds, name)) for each in late])
    apart = minutes - minutes.mean()
    slope = float(apart @ held / (apart @ apart))
    left = held - held.mean() - slope * apart
    error = float(np.sqrt(left @ left / (len(late) - 2) / (apart @ apart)))
    return Growth(round(slope, 2), round(error, 2))


def _faults(
    plan: Plan, samples: Sequence[Sample], actors: Sequence[Actor], left: dict[str, int]
) -> list[str]:
    """In words."""
    faults = [f"a client failed: {error}" for actor in actors for error in actor.errors]
    faults += [f"{more} more {name} than before" for name, more in left.items()]
    shown = zip(*([fps for fps, _ in each.fps] for each in samples), strict=True)
    faults += ["a face stood still" for each in shown if not any(each)]
    for name in ("server_mb", "hosts_mb"):
        growth = _growth(samples, name)
        if growth is not None and growth.certain > _MOST_MB_PER_MINUTE:
            faults.append(f"{name} grows by {growth.per_minute} a minute")
    if plan.any_speed:
        return faults
    slowest = min(min(both) for each in samples for both in each.fps)
    if slowest < _LEAST_FPS_SHARE * plan.fps:
        faults.append(f"down to {slowest} frames a second")
    latest = max(ms for each in samples for ms in each.latency_ms)
    if latest > _MOST_LATENCY_MS:
        faults.append(f"frames are ready {latest} ms late")
    drift = max(abs(ms) for each in samples for ms in each.drift_ms)
    if drift > _MOST_DRIFT_MS:
        faults.append(f"sound and pictures drifted {drift} ms apart")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=15.0, metavar="M")
    parser.add_argument("--sessions", type=int, default=2, metavar="N")
    parser.add_argument("--size", type=int, default=512, metavar="PIXELS")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--every-s", type=float, default=60.0, metavar="S")
    parser.add_argument("--any-speed", action="store_true", help="judge leaks alone, not speed")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    given = parser.parse_args()
    plan = Plan(
        given.minutes, given.sessions, given.size, seed=given.seed, every_s=given.every_s,
        any_speed=given.any_speed,
    )  # fmt: skip
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    result = measure(plan)
    text = json.dumps({"machine": machine, **result}, indent=2)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text + "\n", encoding="utf-8")
    if result["faults"]:
        raise SystemExit("\n".join(map(str, result["faults"])))  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
