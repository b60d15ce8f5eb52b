"""A worker as the server sees it, and the task that it is busy with."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mien.service.errors import WorkerLostError
from mien.service.workers.base import Lane
from mien.service.workers.lanes import Desk, Waiting
from mien.service.workers.messages import (
    Answer,
    Begun,
    Cancel,
    Cancelled,
    Do,
    Order,
    Progressed,
    Raised,
    Returned,
)
from mien.types import ProgressCallback

_KEYS = 64
"""Portraits that a worker is thought to remember."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Ticket:
    """A task on its way. name: of its class, for the log. outcome: done when the work has ended,
    however it ended. begun: nobody else may do it any more. request_id: of who asked for it."""

    waiting: Waiting
    task: bytes
    name: str
    outcome: asyncio.Future[Any]
    on_progress: ProgressCallback | None = None
    begun: bool = False
    request_id: str = ""

    @property
    def number(self) -> int:
        return self.waiting.number

    @property
    def lane(self) -> Lane:
        return self.waiting.lane

    def fail(self, error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)


class Seat(ABC):
    """One worker after the other sits here, and works on one task at a time.

    ``soon``: a worker is being started. ``warm``: it can work.
    """

    when_free: Callable[[], None]
    """Called when it could take a task."""
    give_back: Callable[[Ticket], None]
    """Called with a task that was lost on its way."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ticket: Ticket | None = None
        self.soon = self.warm = False
        self._keys: dict[str, None] = {}

    @property
    def desk(self) -> Desk:
        doing = None if self.ticket is None else self.ticket.lane
        return Desk(doing, self.warm, self._keys.keys())

    async def open(self, warm: Ticket) -> Any:
        """Start a worker; what came of its first task. Raises WorkerLostError and what that task
        raises; nothing is left then."""
        await self.close()  # what is left of the last one
        self._keys.clear()
        warm.begun = True
        try:
            await self._start()
            self.take(warm)
            result = await warm.outcome
            if not self.listens:
                raise WorkerLostError("the process ended as soon as it was warm")
        except BaseException:
            await self.close()
            raise
        self.warm = True
        self.when_free()
        return result

    def take(self, ticket: Ticket) -> None:
        """Begin with it. The seat is free."""
        self.ticket = ticket
        if ticket.waiting.key is not None:
            self._keys.pop(ticket.waiting.key, None)
            self._keys[ticket.waiting.key] = None
            if len(self._keys) > _KEYS:
                del self._keys[next(iter(self._keys))]
        self._tell(Do(ticket.number, ticket.task))

    async def withdraw(self, grace_s: float) -> None:
        """End what is being done and wait until it has ended. By force after ``grace_s``."""
        ticket = self.ticket
        if ticket is None:
            return
        ticket.on_progress, ticket.begun = None, True
        self._tell(Cancel(ticket.number))
        await asyncio.wait({ticket.outcome}, timeout=grace_s)
        if not ticket.outcome.done():
            _log.warning("worker %d does not let go of a %s", self.number, ticket.name)
            self.kill()
            await asyncio.wait({ticket.outcome})

    def heard(self, answer: Answer) -> None:
        """Of the worker, in the event loop."""
        ticket = self.ticket
        if ticket is None or answer.number != ticket.number:
            return
        if isinstance(answer, Begun):
            ticket.begun = True
            return
        if isinstance(answer, Progressed):
            if ticket.on_progress is not None:
                # whatever it raises is the loop's to report, and no harm to the worker
                asyncio.get_running_loop().call_soon(ticket.on_progress, answer.progress)
            return
        self.ticket = None
        self._settle(ticket, answer)
        if self.warm:
            self.when_free()

    def _settle(self, ticket: Ticket, answer: Returned | Raised | Cancelled) -> None:
        if isinstance(answer, Raised):
            if answer.trace is not None:
                words = "worker %d failed at a %s\n%s"
                told = {"request_id": ticket.request_id} if ticket.request_id else None
                _log.error(words, self.number, ticket.name, answer.trace, extra=told)
            ticket.fail(answer.error)
        elif isinstance(answer, Cancelled):
            ticket.outcome.cancel()
        elif not ticket.outcome.done():
            ticket.outcome.set_result(answer.value)

    def _lose(self, error: Exception) -> None:
        """The worker is there no longer."""
        ticket, self.ticket, self.warm = self.ticket, None, False
        if ticket is not None and ticket.begun:
            ticket.fail(error)
        elif ticket is not None:
            self.give_back(ticket)

    @property
    @abstractmethod
    def listens(self) -> bool:
        """Whether the worker is still there, as far as is known."""

    @abstractmethod
    async def _start(self) -> None:
        """A worker that listens."""

    @abstractmethod
    def _tell(self, order: Order) -> None:
        """Never blocks."""

    @abstractmethod
    async def gone(self) -> str:
        """Wait until the worker has ended by itself or been killed; how it ended."""

    @abstractmethod
    def kill(self) -> None:
        """End the worker where that is possible. Whoever waits for :meth:`gone` is told."""

    @abstractmethod
    async def close(self) -> None:
        """End the worker; nothing of it is left."""
