"""Work in threads of the server's own process: for small uses, tests and debuggers. What hangs
there cannot be ended, and what crashes takes the server with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from mien.pipeline.keeping import Keeper
from mien.service.errors import BusyError
from mien.service.workers.base import KeeperLimits
from mien.service.workers.messages import Answer, Cancel, Do, Order
from mien.service.workers.performing import fault, perform
from mien.service.workers.pool import PoolExecutor
from mien.service.workers.seat import Seat

_ENDING_S = 3.0
"""How long what runs may take to notice that it is cancelled; the thread is left alone then."""


class InlineExecutor(PoolExecutor):
    """A few threads that share what is kept."""

    def __init__(
        self,
        limits: KeeperLimits,
        num_threads: int,
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        self._keeper = limits.keeper()
        super().__init__([ThreadSeat(n, self._keeper) for n in range(num_threads)], on_restart)

    async def close(self) -> None:
        """See Executor."""
        await super().close()
        self._keeper.close()


class ThreadSeat(Seat):
    """A thread that works. It cannot be killed: whoever waits for its end waits."""

    def __init__(self, number: int, keeper: Keeper) -> None:
        super().__init__(number)
        self._keeper = keeper
        self._orders: SimpleQueue[Do | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._abandoned = -1

    @property
    def listens(self) -> bool:
        return self._thread is not None

    async def gone(self) -> str:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def kill(self) -> None:
        """Nothing ends a thread from outside."""

    async def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self.ticket is not None:
            self._tell(Cancel(self.ticket.number))
        self._lose(BusyError("the service is being stopped"))
        self._orders.put(None)
        await asyncio.to_thread(thread.join, _ENDING_S)

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()

        def answer(message: Answer) -> None:
            with suppress(RuntimeError):  # the loop has ended, and so has whoever waited
                loop.call_soon_threadsafe(self.heard, message)

        self._thread = threading.Thread(
            target=self._work, args=(answer,), name=f"mien-worker-{self.number}", daemon=True
        )
        self._thread.start()

    def _tell(self, order: Order) -> None:
        if isinstance(order, Cancel):
            self._abandoned = order.number
        else:
            self._orders.put(order)

    def _work(self, answer: Callable[[Answer], None]) -> None:
        while (order := self._orders.get()) is not None:
            self._do(order, answer)

    def _do(self, order: Do, answer: Callable[[Answer], None]) -> None:
        try:
            perform(order, self._keeper, answer, lambda: self._abandoned == order.number)
        except BaseException as error:  # would end a process; a thread stays
            answer(fault(order.number, error))
