"""What is known of pictures that come again: a still portrait, a loop, a film played back and
forth. The faces in them, their boxes, what MuseTalk encoded of them and their masks."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import numpy as np

from mien.types import Image

MAX_BYTES = 256_000_000
_EVERY = 4
"""Of so many rows one is looked at: a picture of a film that differs from another differs there."""
_SMALL = 100
"""Bytes that the keeping itself takes."""


class Memory:
    """Values by key, ``max_bytes`` together; beyond that the longest unused are forgotten. Safe to
    use from several threads."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._num_bytes = max_bytes, 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def num_bytes(self) -> int:
        """That are kept now."""
        return self._num_bytes

    def get(self, *key: Hashable) -> Any:
        """The value of a key, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, value: Any, *key: Hashable) -> None:
        """Keep an array, a tuple of arrays or something small under a key."""
        arrays = value if isinstance(value, tuple) else (value,)
        size = _SMALL + sum(each.nbytes for each in arrays if isinstance(each, np.ndarray))
        with self._lock:
            self._num_bytes += size - self._entries.pop(key, (None, 0))[1]
            self._entries[key] = value, size
            while self._num_bytes > self._max_bytes:
                self._num_bytes -= self._entries.popitem(last=False)[1][1]


class Fingerprints:
    """Tells pictures apart by what is in them; the same object once more is not looked at."""

    def __init__(self) -> None:
        self._picture: Image | None = None
        self._print = b""

    def of(self, picture: Image) -> bytes:
        """The same for the same pixels; pictures are not changed afterwards."""
        if picture is not self._picture:
            digest = hashlib.blake2b(str(picture.shape).encode(), digest_size=16)
            digest.update(np.ascontiguousarray(picture[::_EVERY]).data)
            self._picture, self._print = picture, digest.digest()
        return self._print
