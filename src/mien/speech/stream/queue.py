"""Sound that waits to be heard."""

from __future__ import annotations

from collections import deque

import numpy as np

from mien.errors import OptionError
from mien.speech.samples import Mono
from mien.speech.spectrum import SAMPLE_RATE

MOST_WAITING_S = 600
"""Sound that is pushed faster than frames are taken may be so far ahead."""


class SoundQueue:
    """First in, first out, in whatever portions."""

    def __init__(self) -> None:
        self._blocks: deque[Mono] = deque()
        self._num_waiting = 0

    def __len__(self) -> int:
        """Samples waiting."""
        return self._num_waiting

    def require_room(self, count: int) -> None:
        """Raises OptionError if so many more would be too many."""
        if self._num_waiting + count > MOST_WAITING_S * SAMPLE_RATE:
            raise OptionError(
                "samples",
                f"more than {MOST_WAITING_S} s of sound wait; take frames before pushing more",
            )

    def put(self, samples: Mono) -> None:
        """Samples (S,) at 16 kHz."""
        if len(samples):
            self._blocks.append(samples)
            self._num_waiting += len(samples)

    def get(self, count: int) -> Mono:
        """The next ``count`` samples; so many must be waiting."""
        taken: list[Mono] = [np.zeros(0, np.float32)]
        while count:
            block = self._blocks[0][:count]
            taken.append(block)
            count -= len(block)
            self._num_waiting -= len(block)
            if len(block) == len(self._blocks[0]):
                self._blocks.popleft()
            else:
                self._blocks[0] = self._blocks[0][len(block) :]
        return np.concatenate(taken)

    def clear(self) -> None:
        """Nothing waits any more."""
        self._blocks.clear()
        self._num_waiting = 0
