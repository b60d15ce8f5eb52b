"""Where the seconds of a run go, across threads."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

WAIT = "wait"
"""The stage of waiting for another thread; it is nobody's work and not reported."""


class Stopwatch:
    """Seconds of wall time per stage. A stage entered inside another one, in the same thread,
    is taken off the outer one, so that pulling through a chain of generators adds up."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._inner = threading.local()
        self._started = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """The body's time belongs to stage ``name``."""
        outer, self._inner.seconds = getattr(self._inner, "seconds", 0.0), 0.0
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - started
            with self._lock:
                self._seconds[name] += elapsed - self._inner.seconds
            self._inner.seconds = outer + elapsed

    def around(self, name: str, items: Iterable[T]) -> Generator[T]:
        """The same items; the time it takes to make each one belongs to stage ``name``."""
        iterator = iter(items)
        try:
            while True:
                with self.stage(name):
                    try:
                        item = next(iterator)
                    except StopIteration:
                        return
                yield item
        finally:
            _close(iterator)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds per stage so far, without waiting; ``total`` is since the start."""
        with self._lock:
            stages = {name: spent for name, spent in self._seconds.items() if name != WAIT}
        return {**stages, "total": time.perf_counter() - self._started}


def _close(iterator: Iterator[object]) -> None:
    close = getattr(iterator, "close", None)
    if close is not None:
        close()
