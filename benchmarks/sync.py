"""Whether sound and pictures of a live face are in step at its far ends: flashes and beeps.

A flash is another portrait, much darker or brighter, and a beep is a tone that is pushed at the
same time. How far apart the face puts the two is what the headers of the WebSocket say; how much
farther or nearer they are where they arrive is the error of the way there, in milliseconds:
positive where the sound is late. What arrives at aiortc and at Chromium has waited in their own
buffers; Chromium delays pictures to be in step with them, and takes ten seconds to get there, so
what it shows sooner does not count. There, sound is heard where WebAudio has it, which is somewhat
later than where a ``<video>`` plays it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Protocol

import httpx2
import numpy as np

from benchmarks.far_end.browser import watching_page, why_no_browser
from benchmarks.far_end.sessions import beep, send_portrait, session_of
from benchmarks.far_end.socket import Socket, watching_socket
from benchmarks.far_end.tape import Moment
from benchmarks.far_end.whep import watching_whep
from mien.pipeline.measuring.figures import distribution

_SAME_S = 0.6
"""Two far ends that saw a flash within so much of each other saw the same one."""
_EVERY_S = 1.3
_BROWSER_SETTLES_S = 10.0


class Recording(Protocol):
    """What a far end saw and heard."""

    def flashes(self) -> list[Moment]: ...
    def onsets(self) -> list[Moment]: ...


def measure_sync(http: httpx2.Client, url: str, seconds: float) -> dict[str, object]:
    """Of a session that a WebSocket, a WHEP client and, if there is one, a browser watch."""
    bright, dark = send_portrait(http), send_portrait(http, dark=True)
    missing = why_no_browser()
    with ExitStack() as stack:
        session = stack.enter_context(session_of(http, bright))
        socket = stack.enter_context(watching_socket(url, session.socket))
        whep = stack.enter_context(watching_whep(url, session.path))
        watched = ExitStack()
        page = None
        if missing is None:
            page = watched.enter_context(watching_page(url, session.path))
        with watched:
            more_s = 0.0 if page is None else _BROWSER_SETTLES_S
            _flash_and_beep(socket, (dark, bright), seconds + more_s)
    told = _pairs(socket.tape, by_pts=True)
    found: dict[str, object] = {
        "websocket_arrival": _errors(told, _pairs(socket.tape)),
        "whep_timestamps": _errors(told, _pairs(whep, by_pts=True)),
        "whep_arrival": _errors(told, _pairs(whep)),
    }
    if page is None:
        return found | {"chromium": f"skipped: {missing}"}
    settled_s = page.pictures[0][0] + _BROWSER_SETTLES_S if page.pictures else 0.0
    shown = [each for each in _pairs(page) if each[0] > settled_s]
    return found | {"chromium": _errors(told, shown)}


def _flash_and_beep(socket: Socket, portraits: Sequence[str], seconds: float) -> None:
    chance, began = random.Random(0), time.time()
    while time.time() - began < seconds:
        for portrait in portraits:
            socket.say("portrait", id=portrait, transition_s=0)
            socket.push(beep(0.1))
            socket.say("end_segment")
            time.sleep(_EVERY_S + chance.uniform(0.0, 0.04))


def _pairs(recording: Recording, *, by_pts: bool = False) -> list[tuple[float, float]]:
    """When each flash came, and how much later its beep was."""
    onsets, found = recording.onsets(), []
    for flash in recording.flashes():
        nearest = min(onsets, key=lambda each: abs(each.at_s - flash.at_s), default=None)
        if nearest is not None and abs(nearest.at_s - flash.at_s) < _EVERY_S / 2:
            apart = nearest.pts_s - flash.pts_s if by_pts else nearest.at_s - flash.at_s
            found.append((flash.at_s, apart))
    return found


def _errors(
    told: Sequence[tuple[float, float]], came: Sequence[tuple[float, float]]
) -> dict[str, float]:
    """Milliseconds by which beeps are later, after their flashes, than they should be."""
    errors = [
        1000 * (apart - meant)
        for at_s, apart in came
        for flashed_s, meant in told
        if abs(at_s - flashed_s) < _SAME_S and not np.isnan(apart)
    ]
    if not errors:
        return {"pairs": 0}
    size = {"pairs": len(errors), "most": round(max(map(abs, errors)), 1)}
    p95 = float(np.percentile(np.abs(errors), 95))
    return size | {"p95_of_size": round(p95, 1)} | distribution(errors, digits=1)
