"""What happens to one job, for whoever wants to follow it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Literal

from mien.service.jobs.record import JobEvent, JobRecord

_KEPT = 64
"""Events that late followers still get."""


class Bulletin:
    """The events of a job, numbered from 1; the last ones are kept. Used from one event loop."""

    def __init__(self) -> None:
        self._events: deque[JobEvent] = deque(maxlen=_KEPT)
        self._over = False
        self._news = asyncio.Event()

    @property
    def number(self) -> int:
        """Of the last event; 0 before the first."""
        return self._events[-1].number if self._events else 0

    def publish(self, name: Literal["state", "progress"], record: JobRecord) -> None:
        """The next event, without the request: it may be large, and events are many."""
        told = replace(record, request={}, files={})
        self._events.append(JobEvent(self.number + 1, name, told))
        self._wake()

    def close(self) -> None:
        """Nothing more will happen."""
        self._over = True
        self._wake()

    async def follow(self, after: int) -> AsyncGenerator[JobEvent]:
        """What is kept of the events after this one, then what happens, until it is over. A number
        that is not known here is of an earlier run of the service: everything then."""
        if after > self.number:
            after = 0
        while True:
            news = self._news
            fresh = [event for event in self._events if event.number > after]
            for event in fresh:
                after = event.number
                yield event
            if not fresh:
                if self._over:
                    return
                await news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
