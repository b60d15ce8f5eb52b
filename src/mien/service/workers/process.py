"""Work in processes of its own: what hangs, crashes or takes long there harms nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from mien.service.errors import BusyError, WorkerLostError
from mien.service.shielding import finished
from mien.service.workers.base import KeeperLimits
from mien.service.workers.interpreter import Interpreter, start_interpreter
from mien.service.workers.messages import Order, next_message, packed
from mien.service.workers.pool import PoolExecutor
from mien.service.workers.seat import Seat

_READ_AHEAD = 1 << 20
"""Bytes; most results come in one piece."""
_log = logging.getLogger(__name__)


class ProcessExecutor(PoolExecutor):
    """One process for each of ``variables``, which are added to its environment. A process that is
    lost is replaced at once; those that do not even start, after longer and longer pauses."""

    def __init__(
        self,
        limits: KeeperLimits,
        variables: Sequence[Mapping[str, str]],
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        seats = [ProcessSeat(number, limits, each) for number, each in enumerate(variables)]
        super().__init__(seats, on_restart)


class ProcessSeat(Seat):
    """A process, and the task of this one's event loop that listens to it."""

    def __init__(self, number: int, limits: KeeperLimits, variables: Mapping[str, str]) -> None:
        super().__init__(number)
        self._limits, self._variables = limits, variables
        self._interpreter: Interpreter | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[str] | None = None
        self._listens = self._killed = False

    @property
    def listens(self) -> bool:
        return self._listens

    async def gone(self) -> str:
        assert self._hearing is not None
        how = await asyncio.shield(self._hearing)
        await self.close()
        return how

    def kill(self) -> None:
        if self._interpreter is not None:
            self._killed = True
            self._interpreter.kill()

    async def close(self) -> None:
        interpreter, self._interpreter = self._interpreter, None
        if interpreter is not None:
            await finished(self._dismantle(interpreter))

    async def _dismantle(self, interpreter: Interpreter) -> None:
        self._listens = False
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait({self._hearing})
        if self._writer is not None:
            self._writer.transport.abort()
            with suppress(OSError):
                await self._writer.wait_closed()
        self._hearing = self._writer = None
        await asyncio.to_thread(interpreter.close)
        self._lose(BusyError("the service is being stopped"))

    async def _start(self) -> None:
        # a few milliseconds; in a thread it could be lost when this is cancelled
        try:
            self._interpreter = start_interpreter(self._limits, self._variables)
        except OSError as error:
            raise WorkerLostError(f"no process can be started: {error.strerror}") from None
        reader, self._writer = await asyncio.open_unix_connection(
            sock=self._interpreter.connection, limit=_READ_AHEAD
        )
        self._listens, self._killed = True, False
        self._hearing = asyncio.create_task(self._hear(reader, self._interpreter))

    def _tell(self, order: Order) -> None:
        if self._writer is not None:  # else it is being closed
            self._writer.write(packed(order))  # into memory; the loop sends it

    async def _hear(self, reader: asyncio.StreamReader, interpreter: Interpreter) -> str:
        """Listen until it hangs up; how it ended."""
        try:
            while True:
                self.heard(await next_message(reader))
        except (asyncio.IncompleteReadError, OSError):
            pass
        except Exception:
            _log.exception("worker %d says what cannot be read", self.number)
            interpreter.kill()
        self._listens = self.warm = False
        how = await asyncio.to_thread(interpreter.ended)
        if self._killed:
            how = "was ended, as it did not let go of its work"
        self._lose(WorkerLostError(f"the process that worked on it {how}"))
        return how
