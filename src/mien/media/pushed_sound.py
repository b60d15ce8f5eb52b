"""Sound that is made while pictures are written: the sound of what is live."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from mien.media.audio import Samples

_FULL_SCALE = np.float32(32_768.0)


class PushedSound:
    """Mono, 48000 samples a second. What a picture sounds like is pushed before the picture is
    written."""

    layout = "mono"

    def __init__(self) -> None:
        self._parts: deque[NDArray[np.int16]] = deque()

    def reader(self) -> PushedSound:
        """Itself: it can be read once."""
        return self

    def push(self, samples: NDArray[np.int16]) -> None:
        """What comes next, (S,)."""
        self._parts.append(samples)

    def read(self, number: int) -> Samples:
        """The next ``number`` samples; silence where not so many were pushed."""
        read = np.zeros((1, number), np.float32)
        done = 0
        while self._parts and done < number:
            part = self._parts.popleft()
            taken = part[: number - done]
            read[0, done : done + len(taken)] = taken / _FULL_SCALE
            done += len(taken)
            if len(taken) < len(part):
                self._parts.appendleft(part[len(taken) :])
        return read

    def close(self) -> None:
        """Forget what was not read."""
        self._parts.clear()
