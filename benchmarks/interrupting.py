"""How soon a live face is silent and its mouth closed after a clear, at its far ends.

Each of some sessions talks without an end, is interrupted at any time, every third time before
anything of it was heard. Milliseconds from saying ``clear`` until the last sample that is not
silence is over, and until a mouth that was open is closed, as they arrive. ``played`` and
``shown`` are what a receiver has that waits as long as aiortc's does, of sound for what may come
late and of pictures for the one after them, which is its own affair.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx2
import numpy as np

from benchmarks.far_end.mouths import openings
from benchmarks.far_end.sessions import send_portrait, session_of, vowel
from benchmarks.far_end.socket import Socket, watching_socket
from benchmarks.far_end.tape import Seen, Tape
from benchmarks.far_end.whep import watching_whep
from mien.pipeline.measuring.figures import distribution

_AFTER_S = 0.6
_OPEN, _CLOSED = 0.5, 0.3
"""Of the widest that a mouth is while it speaks: it is open beyond, closed below. What it was in
silence does not count: this portrait smiles with its lips apart, and goes back to that later."""


@dataclass(frozen=True)
class Cut:
    """An interruption. begun_s: when the speech was pushed. at_s: of the clear. early: before the
    first sound was heard."""

    begun_s: float
    at_s: float
    early: bool


@dataclass
class Found:
    """Milliseconds, one for each interruption where there was something to measure."""

    silence: list[float] = field(default_factory=list)
    played: list[float] = field(default_factory=list)
    mouth: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    heard_though_early: int = 0


def measure_clear(
    http: httpx2.Client, url: str, sessions: int, seconds: float
) -> dict[str, object]:
    """Of so many sessions at the same time, each with a WebSocket and a WHEP client."""
    portrait = send_portrait(http)
    with ExitStack() as stack:
        ends: list[tuple[Socket, Tape]] = []
        for _ in range(sessions):
            session = stack.enter_context(session_of(http, portrait))
            socket = stack.enter_context(watching_socket(url, session.socket))
            ends.append((socket, stack.enter_context(watching_whep(url, session.path))))
        began_s = time.time()
        cuts = _interrupt_all([socket for socket, _ in ends], seconds)
        took_s = time.time() - began_s
    by_socket, by_whep, cleared = Found(), Found(), []
    for (socket, whep), mine in zip(ends, cuts, strict=True):
        cleared += _cleared_ms(socket.tape, mine)
        _look(socket.tape, mine, by_socket)
        _look(whep, mine, by_whep)
    return {
        "sessions": sessions,
        "fps": [
            [round(len(each.between(began_s, began_s + took_s)) / took_s, 1) for each in both]
            for both in ((socket.tape, whep) for socket, whep in ends)
        ],
        "websocket": _told(by_socket) | {"cleared_ms": distribution(cleared, digits=1)},
        "whep": _told(by_whep),
    }


def _interrupt_all(sockets: list[Socket], seconds: float) -> list[list[Cut]]:
    cuts: list[list[Cut]] = [[] for _ in sockets]
    threads = [
        threading.Thread(target=_interrupt, args=(socket, seconds, number, cuts[number]))
        for number, socket in enumerate(sockets)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return cuts


def _interrupt(socket: Socket, seconds: float, seed: int, cuts: list[Cut]) -> None:
    chance, said = random.Random(seed), vowel(4.0)
    began = time.time()
    while time.time() - began < seconds:
        early = len(cuts) % 3 == 2
        begun_s = time.time()
        socket.push(said)
        time.sleep(chance.uniform(0.0, 0.1) if early else chance.uniform(0.5, 1.2))
        cuts.append(Cut(begun_s, time.time(), early))
        socket.say("clear")
        time.sleep(_AFTER_S + 0.5)


def _cleared_ms(tape: Tape, cuts: list[Cut]) -> list[float]:
    times = [at_s for at_s, words in tape.words if words["type"] == "cleared"]
    return [1000 * (min(at for at in times if at > cut.at_s) - cut.at_s) for cut in cuts]


def _look(tape: Tape, cuts: list[Cut], found: Found) -> None:
    for cut in cuts:
        last = tape.last_loud(cut.begun_s, cut.at_s + _AFTER_S)
        if cut.early:
            found.heard_though_early += last is not None
        elif last is not None:
            found.silence.append(max(0.0, 1000 * (last.at_s - cut.at_s)))
            found.played.append(max(0.0, 1000 * (last.played_s - cut.at_s)))
        if not cut.early and (closed := _closed(tape, cut)):
            found.mouth.append(1000 * (closed.at_s - cut.at_s))
            if closed.shown_s is not None:
                found.shown.append(1000 * (closed.shown_s - cut.at_s))


def _closed(tape: Tape, cut: Cut) -> Seen | None:
    """The first picture where the mouth is closed, or the last one; None if it was not open."""
    seen = tape.between(cut.begun_s, cut.at_s + _AFTER_S)
    gaps, times = openings(seen), np.array([each.at_s for each in seen])
    widest = np.nanmax(gaps)
    before, after = gaps[times <= cut.at_s], times > cut.at_s
    if not len(before) or not before[-1] > _OPEN * widest:
        return None
    closed = np.flatnonzero(after & (gaps < _CLOSED * widest))
    return seen[closed[0] if len(closed) else -1]


def _told(found: Found) -> dict[str, object]:
    measured = {
        "silence_ms": found.silence,
        "played_silence_ms": found.played,
        "mouth_ms": found.mouth,
        "shown_mouth_ms": found.shown,
    }
    told = {name: distribution(values, digits=1) for name, values in measured.items() if values}
    return {**told, "heard_though_cleared_before": found.heard_though_early}
