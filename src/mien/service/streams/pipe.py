"""Bytes from an encoder's thread to a reader in the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress

from mien.errors import OutputError

MOST_BYTES = 65_536
"""That wait for the reader: beyond it the encoder does, and pictures are dropped before they are
encoded. So a slow reader gets fewer of them, and none is damaged or old."""


class BytePipe:
    """As of :class:`mien.media.live_targets.LiveTarget`. ``read`` and the constructor are the
    event loop's."""

    name = "the stream"

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._chunks: deque[bytes] = deque()
        self._num_bytes = 0
        self._closed = self._aborted = False
        self._changed = threading.Condition()

    def open(self) -> None:
        """It is."""

    def write(self, data: bytes, /) -> None:
        """Waits while there is too much. Raises OutputError when nobody reads any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._num_bytes < MOST_BYTES or self._aborted)
            if self._aborted:
                raise OutputError(self.name, "has no reader any more")
            self._chunks.append(data)
            self._num_bytes += len(data)
        self._tell()

    def close(self) -> None:
        """There is no more."""
        with self._changed:
            self._closed = True
        self._tell()

    def abort(self) -> None:
        """Nobody reads any more."""
        with self._changed:
            self._aborted = self._closed = True
            self._chunks.clear()
            self._changed.notify_all()
        self._tell()

    async def read(self) -> bytes:
        """What has come since, at least a byte; nothing at the end."""
        while True:
            self._news.clear()
            with self._changed:
                data = b"".join(self._chunks)
                self._chunks.clear()
                self._num_bytes = 0
                self._changed.notify_all()
                if data or self._closed:
                    return data
            await self._news.wait()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._news.set)
