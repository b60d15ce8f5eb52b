"""How soon a live face follows a camera: pictures of a closed and of an open mouth, in turns.

Milliseconds from sending the first picture of the other kind over the WebSocket until the first one
comes back whose mouth has gone a third of the way: more than what it takes inside of the server.
"""

from __future__ import annotations

import random
import time

import httpx2
import numpy as np

from benchmarks.far_end.mouths import openings
from benchmarks.far_end.sessions import send_portrait, session_of
from benchmarks.far_end.socket import Socket, watching_socket
from benchmarks.far_end.tape import Tape
from mien.pipeline.measuring.figures import distribution

_FPS = 25
_ON_THE_WAY = 1 / 3
_BEFORE_S, _AFTER_S = 0.3, 0.6


def measure_camera(http: httpx2.Client, url: str, seconds: float) -> dict[str, object]:
    """Of one session that nothing else drives."""
    portrait = send_portrait(http)
    films = [_still(http, portrait, emotion) for emotion in ("neutral", "surprised")]
    with (
        session_of(http, portrait) as session,
        watching_socket(url, session.socket) as socket,
    ):
        began_s = time.time()
        turns = _drive(socket, films, seconds)
        took_s = time.time() - began_s
        stats = http.get(session.path).json()["stats"]
    took_ms = [each for turn_s in turns if (each := _answered_ms(socket.tape, turn_s)) is not None]
    return {
        "turns": len(turns),
        "seen": len(took_ms),
        "fps": round(len(socket.tape.between(began_s, began_s + took_s)) / took_s, 1),
        "camera_to_picture_ms": distribution(took_ms, digits=1) if took_ms else None,
        "stats": stats,
    }


def _still(http: httpx2.Client, portrait: str, emotion: str) -> bytes:
    look = {"portrait": portrait, "emotion": emotion, "intensity": 1.0, "format": "jpg"}
    return http.post("/v1/stills", json=look).raise_for_status().content


def _drive(socket: Socket, films: list[bytes], seconds: float) -> list[float]:
    """When the camera began to see the other face."""
    chance, turns, shown = random.Random(0), list[float](), 0
    next_s = time.time()
    end_s, turn_s = next_s + seconds, next_s + 2.5
    while next_s < end_s:
        time.sleep(max(0.0, next_s - time.time()))
        if next_s >= turn_s:
            shown = 1 - shown
            turns.append(time.time())
            turn_s = next_s + chance.uniform(0.8, 1.2)
        socket.show(films[shown])
        next_s += chance.uniform(0.9, 1.1) / _FPS
    time.sleep(_AFTER_S)
    return turns


def _answered_ms(tape: Tape, turn_s: float) -> float | None:
    before = openings(tape.between(turn_s - _BEFORE_S, turn_s))
    seen = tape.between(turn_s, turn_s + _AFTER_S)
    gaps = openings(seen)
    was, will = float(np.nanmedian(before)), float(np.nanmedian(gaps[-5:]))
    gone = (gaps - was) / (will - was)
    answered = np.flatnonzero(gone > _ON_THE_WAY)
    return 1000 * (seen[int(answered[0])].at_s - turn_s) if len(answered) else None
