"""When the next piece of sound is due: evenly, although sound comes with frames, in bursts."""

from __future__ import annotations

from collections import deque

RATE = 48_000
PIECE = 960
"""Samples of one packet of Opus: 20 ms."""
PIECE_S = PIECE / RATE
_REMEMBERS_S = 2.0


class Pace:
    """Each piece leaves when the face is at its time, as told by the sound that came soonest of
    late. Receivers measure from the time a packet was sent how sound and pictures belong together:
    bursts would put them out of step, and so would waiting longer because something once came late.
    """

    def __init__(self) -> None:
        self._starts: deque[tuple[float, float]] = deque()

    def came(self, now: float, position: int) -> None:
        """Sound came that begins at a sample of the face. now: seconds of any clock that does not
        go back."""
        while self._starts and now - self._starts[0][0] > _REMEMBERS_S:
            self._starts.popleft()
        start = now - position / RATE
        while self._starts and self._starts[-1][1] >= start:
            self._starts.pop()
        self._starts.append((now, start))

    def wait_s(self, now: float, position: int) -> float:
        """How long to hold the piece back that begins at a sample."""
        if not self._starts:
            return 0.0
        return max(0.0, self._starts[0][1] + position / RATE - now)
