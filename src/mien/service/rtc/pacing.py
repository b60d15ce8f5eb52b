"""When sound and pictures are due: evenly and in step, although they come in bursts."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

RATE = 48_000
PIECE = 960
"""Samples of one packet of Opus: 20 ms."""
_REMEMBERS_S = 2.0


class Pace:
    """What is shown and heard leaves when the face is at its time, as told by the sound that came
    soonest of late. Receivers measure from the time a packet was sent how sound and pictures belong
    together: bursts would put them out of step, and so would waiting longer because something once
    came late, or showing a picture before the sound that came with it, which begins sooner where a
    machine is too slow to show every frame.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds; does not go back."""
        self._clock = clock
        self._starts: deque[tuple[float, float]] = deque()

    def came(self, position: int) -> None:
        """Sound came that begins at a sample of the face."""
        now = self._clock()
        while self._starts and now - self._starts[0][0] > _REMEMBERS_S:
            self._starts.popleft()
        start = now - position / RATE
        while self._starts and self._starts[-1][1] >= start:
            self._starts.pop()
        self._starts.append((now, start))

    def wait_s(self, position: int) -> float:
        """How long to hold back what belongs to a sample of the face."""
        if not self._starts:
            return 0.0
        return max(0.0, self._starts[0][1] + position / RATE - self._clock())
