"""A memory bounded by bytes that forgets what was longest unused."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class LruStatus:
    """entries and num_bytes: what is kept. hits, misses: how often ``get`` found something and how
    often not. evicted: entries that were forgotten for others."""

    entries: int
    num_bytes: int
    hits: int
    misses: int
    evicted: int


class ByteLru(Generic[K, V]):
    """Values by key, together no larger than ``max_bytes``; beyond that the longest unused go
    first. Safe to use from several threads; no call waits for anything but another call."""

    def __init__(self, max_bytes: int) -> None:
        if max_bytes < 0:
            raise ValueError(f"a memory of {max_bytes} bytes cannot be")
        self.max_bytes = max_bytes
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._num_bytes = self._hits = self._misses = self._evicted = 0

    def get(self, key: K) -> V | None:
        """The value, which counts as used now; None if it is not kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._misses += 1
                return None
            self._hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: K, value: V, num_bytes: int) -> None:
        """Keep a value, in place of what the key had. One larger than all the memory is not
        kept, and drives nothing else out."""
        if num_bytes < 0:
            raise ValueError(f"a value of {num_bytes} bytes cannot be")
        with self._lock:
            self._drop(key)
            if num_bytes > self.max_bytes:
                return
            self._entries[key] = value, num_bytes
            self._num_bytes += num_bytes
            while self._num_bytes > self.max_bytes:
                self._drop(next(iter(self._entries)))
                self._evicted += 1

    def discard(self, key: K) -> None:
        """Forget a value, if it is kept."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything but the counts."""
        with self._lock:
            self._entries.clear()
            self._num_bytes = 0

    def __contains__(self, key: K) -> bool:
        """Whether it is kept; asking counts neither as use nor as a hit."""
        with self._lock:
            return key in self._entries

    @property
    def status(self) -> LruStatus:
        """What is kept now, and what happened so far."""
        with self._lock:
            counts = self._hits, self._misses, self._evicted
            return LruStatus(len(self._entries), self._num_bytes, *counts)

    def _drop(self, key: K) -> None:
        _, num_bytes = self._entries.pop(key, (None, 0))
        self._num_bytes -= num_bytes
