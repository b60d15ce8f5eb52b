"""What both executors have in common: who waits, who works, and what happens when one is lost."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from mien.errors import MienError
from mien.service.errors import BusyError, WorkerLostError
from mien.service.logs import REQUEST_ID
from mien.service.shielding import finished
from mien.service.workers.base import ExecutorStatus, Lane, R, Task
from mien.service.workers.lanes import Turns, Waiting, next_assignment
from mien.service.workers.seat import Seat, Ticket
from mien.types import ProgressCallback

_GRACE_S = 3.0
"""How long a task may go on after it was cancelled. One that takes longer hangs in native code."""
_QUICK_PER_WORKER = 64
"""Quick tasks that may wait for each worker; more would wait longer than anybody does."""
_STARTS = 3
"""Workers lost in a row at their start, before that is called a failure."""
_START_S = 5.0
"""One that is lost sooner after it was warm is lost at its start, too."""
_LONGEST_PAUSE_S = 30.0
_NO_START = "no worker starts; the server's log says why"
_log = logging.getLogger(__name__)


def pause_s(failures: int) -> float:
    """How long to wait before the next start, after so many in a row have failed."""
    return 0.0 if failures < 2 else min(_LONGEST_PAUSE_S, 0.5 * 2.0 ** min(failures - 2, 10))


class PoolExecutor:
    """Tasks go to seats as :mod:`lanes` says. An :class:`mien.service.workers.base.Executor`."""

    def __init__(self, seats: Sequence[Seat], on_restart: Callable[[], None]) -> None:
        """on_restart: called whenever a worker has to be replaced."""
        self._seats, self._on_restart = seats, on_restart
        for seat in seats:
            seat.when_free, seat.give_back = self._dispatch, self._take_back
        self._waiting: dict[int, Ticket] = {}
        self._numbers, self._turns = count(1), Turns()
        self._tending: list[asyncio.Task[None]] = []
        self._restarts = 0
        self._hopeless = False
        """No worker starts: those who cannot wait long are told so."""
        self._closed: str | None = None
        """Why nothing is taken any more."""

    async def start(self, warm: Task[R]) -> R:
        """See Executor."""
        try:
            result = await self._open_first(warm)
        except BaseException:
            await self.close()
            self._closed = "the engine did not start; the server's log says why"
            raise
        for seat in self._seats:
            seat.soon = True
            self._tending.append(asyncio.create_task(self._tend(seat, warm)))
        self._dispatch()
        return result

    async def run(
        self,
        task: Task[R],
        *,
        lane: Lane,
        on_progress: ProgressCallback | None = None,
        owner: str = "",
    ) -> R:
        """See Executor."""
        self._check_room(lane, owner)
        ticket = self._ticket(task, lane, on_progress, owner)
        self._waiting[ticket.number] = ticket
        self._dispatch()
        try:
            result: R = await asyncio.shield(ticket.outcome)
        except asyncio.CancelledError:
            await finished(self._withdraw(ticket))
            raise
        return result

    @property
    def status(self) -> ExecutorStatus:
        warm = [seat for seat in self._seats if seat.warm]
        return ExecutorStatus(
            ready=bool(warm),
            workers=len(self._seats),
            busy=sum(seat.ticket is not None for seat in warm),
            waiting=len(self._waiting),
            restarts=self._restarts,
        )

    async def close(self) -> None:
        """See Executor."""
        self._closed = "the service is being stopped"
        self._send_away(list(self._waiting.values()), self._closed)
        for tending in self._tending:
            tending.cancel()
        await asyncio.gather(*self._tending, return_exceptions=True)
        await asyncio.gather(*(seat.close() for seat in self._seats))

    def _ticket(
        self,
        task: Task[Any],
        lane: Lane,
        on_progress: ProgressCallback | None = None,
        owner: str = "",
    ) -> Ticket:
        packed = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)  # may fail: before it takes a turn
        turn = 0 if lane == "long" else self._turns.next(owner)
        key = getattr(task, "key", None)
        return Ticket(
            Waiting(next(self._numbers), lane, key, owner, turn),
            packed,
            type(task).__name__,
            asyncio.get_running_loop().create_future(),
            on_progress,
            request_id=REQUEST_ID.get(),
        )

    def _check_room(self, lane: Lane, owner: str) -> None:
        if self._closed is not None:
            raise BusyError(self._closed)
        if lane == "long":
            return
        if self._hopeless:
            raise BusyError(_NO_START)
        room = _QUICK_PER_WORKER * len(self._seats)
        owners = [each.waiting.owner for each in self._quick]
        share = room // len({owner, *owners})  # which nobody else can take
        if len(owners) >= room and owners.count(owner) >= share:
            raise BusyError("too many wait already; ask again", 1)

    @property
    def _quick(self) -> list[Ticket]:
        return [each for each in self._waiting.values() if each.lane != "long"]

    def _take_back(self, ticket: Ticket) -> None:
        self._waiting[ticket.number] = ticket
        if self._closed is not None:
            self._send_away([ticket], self._closed)
        self._dispatch()

    def _dispatch(self) -> None:
        seats = [seat for seat in self._seats if seat.soon or seat.warm]
        while self._waiting:
            waiting = (ticket.waiting for ticket in self._waiting.values())
            assignment = next_assignment(waiting, [seat.desk for seat in seats])
            if assignment is None:
                return
            ticket = self._waiting.pop(assignment.task)
            self._turns.began(ticket.waiting.turn)
            seats[assignment.desk].take(ticket)

    async def _withdraw(self, ticket: Ticket) -> None:
        if self._waiting.pop(ticket.number, None) is not None:
            return
        for seat in self._seats:
            if seat.ticket is ticket:
                await seat.withdraw(_GRACE_S)
        if ticket.outcome.done() and not ticket.outcome.cancelled():
            ticket.outcome.exception()  # nobody will ask for it any more

    async def _open_first(self, warm: Task[R]) -> R:
        for failures in count(1):
            try:
                return await self._open(self._seats[0], warm)
            except WorkerLostError as error:
                _log.error("the first worker did not start: %s", error)
                if failures == _STARTS:
                    raise
            await asyncio.sleep(pause_s(failures))
        raise AssertionError

    async def _open(self, seat: Seat, warm: Task[R]) -> R:
        result: R = await seat.open(self._ticket(warm, "quick"))
        self._hopeless = False
        return result

    async def _tend(self, seat: Seat, warm: Task[Any]) -> None:
        """Keep a worker on the seat."""
        clock, failures = asyncio.get_running_loop().time, 0
        while True:
            try:
                if not seat.warm:
                    await self._open(seat, warm)
                opened_s = clock()
                how = await seat.gone()
                failures = failures + 1 if clock() - opened_s < _START_S else 0
            except MienError as error:
                failures += 1
                how = f"did not start: {error}"
            except Exception:
                _log.exception("worker %d", seat.number)
                failures += 1
                how = "did not start: a fault of Mien"
            self._lost(seat, how, failures)
            await asyncio.sleep(pause_s(failures))

    def _lost(self, seat: Seat, how: str, failures: int) -> None:
        self._restarts += 1
        self._on_restart()
        _log.error("worker %d %s", seat.number, how)
        seat.soon = failures < _STARTS
        if not any(each.soon or each.warm for each in self._seats):
            self._hopeless = True
            self._send_away(self._quick, _NO_START)
        self._dispatch()

    def _send_away(self, tickets: list[Ticket], why: str) -> None:
        for ticket in tickets:
            del self._waiting[ticket.number]
            ticket.fail(BusyError(why))
