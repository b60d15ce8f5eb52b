"""Moments that wait for an engine that draws several at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from mien.types import MotionFrame

MOST_CHUNKS = 3
"""Of moments that wait; of more the oldest are dropped."""

_BEHIND = 2


class NoMoreMomentsError(Exception):
    """The queue was closed. It never leaves the thread that takes from the queue."""


class MomentQueue:
    """Moments in, chunks out: all of them while the engine keeps up. One that has not waited for
    two chunks in a row does not, and gets an even selection of all that waits. For two threads."""

    def __init__(self, chunk_frames: int) -> None:
        """chunk_frames: two at least."""
        self._chunk = chunk_frames
        self._waiting: deque[MotionFrame] = deque(maxlen=MOST_CHUNKS * chunk_frames)
        self._changed = threading.Condition()
        self._closed = self._is_wanted = False
        self._num_there = 0
        """Chunks in a row that were there before the engine was."""

    def put(self, moments: Iterable[MotionFrame]) -> None:
        """The next ones."""
        with self._changed:
            self._waiting.extend(moments)
            self._changed.notify_all()

    def take(self) -> list[MotionFrame]:
        """The next chunk; waits until there is one. Raises NoMoreMomentsError."""
        with self._changed:
            self._num_there = self._num_there + 1 if len(self._waiting) >= self._chunk else 0
            self._is_wanted = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or len(self._waiting) >= self._chunk)
            self._is_wanted = False
            if self._closed:
                raise NoMoreMomentsError
            return self._selected()

    def wait_until_wanted(self, patience_s: float) -> bool:
        """Wait until the engine has done all that it can with what was put in, so long at most;
        whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or self._is_starved(), patience_s)

    def close(self) -> None:
        """No chunk goes out any more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _is_starved(self) -> bool:
        return self._is_wanted and len(self._waiting) < self._chunk

    def _selected(self) -> list[MotionFrame]:
        if self._num_there < _BEHIND:
            return [self._waiting.popleft() for _ in range(self._chunk)]
        every = (len(self._waiting) - 1) / (self._chunk - 1)
        chosen = [self._waiting[round(number * every)] for number in range(self._chunk)]
        self._waiting.clear()
        return chosen
