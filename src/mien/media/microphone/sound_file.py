"""A sound file that stands in for a microphone, at its own pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.media.audio import SAMPLE_RATE, AudioReader, open_sound
from mien.media.microphone.base import BLOCK_S, SoundBlock

_BLOCK = round(BLOCK_S * SAMPLE_RATE)
_MOST_BLOCKS = round(1 / BLOCK_S)
_FULL_SCALE = 32_767.0


class SoundFile:
    """Plays from the first ``take`` on."""

    def __init__(
        self, path: str | Path, *, loop: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        """loop: begin again at the end, for ever. Raises UnreadableMediaError."""
        self._reader = AudioReader(open_sound(path), mono=True)
        self._loop, self._now = loop, now
        self._blocks = self._cut()
        self._began_s: float | None = None
        self._num_blocks = 0
        self._is_over = False

    @property
    def rate(self) -> int:
        """Samples per second."""
        return SAMPLE_RATE

    @property
    def is_over(self) -> bool:
        """Whether all of it was taken."""
        return self._is_over

    def take(self) -> list[SoundBlock]:
        """As of :class:`Microphone`."""
        now = self._now()
        if self._began_s is None:
            self._began_s = now
        due = int((now - self._began_s) / BLOCK_S)
        taken: list[SoundBlock] = []
        while self._num_blocks < due and not self._is_over:
            samples = next(self._blocks, None)
            if samples is None:
                self._is_over = True
            else:
                taken.append(SoundBlock(samples, self._began_s + self._num_blocks * BLOCK_S))
                self._num_blocks += 1
        return taken[-_MOST_BLOCKS:]

    def close(self) -> None:
        """Let go of the file."""
        self._blocks.close()
        self._reader.close()

    def _cut(self) -> Generator[NDArray[np.int16]]:
        rest = np.zeros(0, np.int16)
        while True:
            heard = False
            for block in self._reader.blocks():
                heard = True
                clean = np.nan_to_num(block[0]).clip(-1.0, 1.0)
                rest = np.concatenate([rest, np.rint(clean * _FULL_SCALE).astype(np.int16)])
                while len(rest) >= _BLOCK:
                    yield rest[:_BLOCK]
                    rest = rest[_BLOCK:]
            if not (self._loop and heard):  # no sound, again and again, would never end
                break
        if len(rest):
            yield rest
