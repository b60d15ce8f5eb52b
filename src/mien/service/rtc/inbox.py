"""What comes to one peer by UDP, before anything is made of it. Who sends it need not be the peer:
nothing is decrypted yet."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Receive: TypeAlias = Callable[[], Awaitable[bytes]]

_SHORTEST = 12
"""Bytes of the shortest header; aiortc would trip over an empty datagram."""
_MOST_PER_S = 4000
"""Datagrams: 40 Mbit/s, more than any camera that is looked at here."""
_MOST_RTCP_PER_S = 200
_MOST_SOURCES = 16
"""SSRC; aiortc remembers each for ever, and reports of more than 31 are beyond its RTCP."""
_TURN = 64
"""After so many the other peers have theirs."""
_log = logging.getLogger(__name__)


class Inbox:
    """Passes datagrams on. What nobody could want is dropped; floods end the connection."""

    def __init__(self, receive: Receive, clock: Callable[[], float] = time.monotonic) -> None:
        self._receive, self._clock = receive, clock
        self._sources: set[bytes] = set()
        self._began, self._num, self._num_rtcp = clock(), 0, 0

    async def recv(self) -> bytes:
        """For aiortc. Raises ConnectionError when there is no more, and for floods."""
        while True:
            data = await self._receive()
            self._count()
            if self._num % _TURN == 0:
                await asyncio.sleep(0)
            if len(data) >= _SHORTEST and self._is_wanted(data):
                return data

    def _count(self) -> None:
        now = self._clock()
        if now - self._began >= 1:
            self._began, self._num, self._num_rtcp = now, 0, 0
        self._num += 1
        if self._num > _MOST_PER_S:
            _log.info("a WebRTC peer is let go: more than %d datagrams a second", _MOST_PER_S)
            raise ConnectionError("flooded")

    def _is_wanted(self, data: bytes) -> bool:
        if not 128 <= data[0] < 192:
            return True  # DTLS
        if 192 <= data[1] <= 208:
            self._num_rtcp += 1
            return self._num_rtcp <= _MOST_RTCP_PER_S
        source = data[8:12]
        if source not in self._sources and len(self._sources) < _MOST_SOURCES:
            self._sources.add(source)
        return source in self._sources
