"""Somebody who watches a session: always at what is newest, however slowly they take it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from mien.errors import MienError
from mien.pipeline.live.types import LiveEvent
from mien.service.live.packets import Form, LivePacket

_MOST_WAITING = 2


class Subscription:
    """An async iterator of packets; it ends when the session does, or at :meth:`close`.

    At most two packets wait. When a third comes the oldest one's picture is dropped; its sound, a
    second of it at most, and its events go with the next. Used in the server's event loop.
    """

    def __init__(
        self,
        form: Form,
        leave: Callable[[Subscription], None],
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        """leave: called when it is closed. on_news: called, and must not block, whenever a packet,
        a clear, a complaint or the end has come, for those who do not iterate."""
        self.form = form
        self.dropped = 0
        """Pictures that were not taken in time."""
        self.clears = 0
        """How often speech was interrupted: whatever came out before is stale then."""
        self.ended = False
        self._leave, self._on_news = leave, on_news
        self._waiting: deque[LivePacket] = deque()
        self._missed: tuple[LiveEvent, ...] = ()
        self._complaints: deque[MienError] = deque(maxlen=16)
        self._news = asyncio.Event()

    def offer(self, packet: LivePacket) -> None:
        """A new one."""
        if self.ended:
            return
        packet, self._missed = packet.after_events(self._missed), ()
        if len(self._waiting) == _MOST_WAITING:
            missed = self._waiting.popleft()
            self.dropped += 1
            self._waiting[0] = self._waiting[0].after(missed)
        self._waiting.append(packet)
        self._tell()

    def take(self) -> LivePacket | None:
        """The next one, if there is one."""
        return self._waiting.popleft() if self._waiting else None

    def complain(self, error: MienError) -> None:
        """Something that was asked of the session cannot be done."""
        self._complaints.append(error)
        self._tell()

    def complaint(self) -> MienError | None:
        """The next one, if there is one."""
        return self._complaints.popleft() if self._complaints else None

    def clear(self) -> None:
        """Drop what waits. Its events come with the next packet."""
        for packet in self._waiting:
            self._missed += packet.events
        self._waiting.clear()
        self.clears += 1
        self._tell()

    def end(self) -> None:
        """There will be no more; what waits can still be taken."""
        self.ended = True
        self._tell()

    def close(self) -> None:
        """Watch no longer."""
        if not self.ended:
            self._leave(self)
        self._waiting.clear()
        self.end()

    def _tell(self) -> None:
        self._news.set()
        self._on_news()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LivePacket:
        while (packet := self.take()) is None:
            if self.ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return packet
