"""When the next piece of sound is due: evenly, although sound comes with frames, in bursts."""

from __future__ import annotations

RATE = 48_000
PIECE = 960
"""Samples of one packet of Opus: 20 ms."""
PIECE_S = PIECE / RATE
_MOST_WAITING = 5 * PIECE
"""What a frame of 15 fps brings, and one piece: beyond it there is a backlog, which is sent at
once."""


class Pace:
    """Pieces leave one after the other 20 ms apart. Receivers measure from the time a packet was
    sent how sound and pictures belong together: bursts would put them out of step."""

    def __init__(self) -> None:
        self._due: float | None = None

    def wait_s(self, now: float, waiting: int) -> float:
        """How long to hold the next piece back. now: seconds of any clock that does not go back.
        waiting: samples, with those of the piece."""
        if self._due is None or now > self._due + PIECE_S or waiting > _MOST_WAITING:
            self._due = now
        wait_s = max(0.0, self._due - now)
        self._due += PIECE_S
        return wait_s
