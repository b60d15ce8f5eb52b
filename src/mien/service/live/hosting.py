"""A process in which live faces are rendered, as the server sees it. One that is lost is replaced;
its sessions are not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from mien.engines.settings import EngineSettings
from mien.service.errors import BusyError
from mien.service.live.messages import (
    Answer,
    Complained,
    Ended,
    Open,
    Opened,
    Order,
    Shown,
    Warm,
    Warmed,
)
from mien.service.shielding import finished
from mien.service.workers.base import KeeperLimits
from mien.service.workers.interpreter import Interpreter, start_interpreter
from mien.service.workers.messages import next_message, packed

_MODULE = "mien.service.live.host"
_READ_AHEAD = 1 << 20
_LONGEST_PAUSE_S = 10.0
_LIVES_S = 5.0
"""A process that lived so long did not die of its start."""
_START_S = 30.0
_log = logging.getLogger(__name__)

Hear = Callable[[Opened | Shown | Complained | Ended], None]
Lose = Callable[[str], None]


class HostProcess:
    """One process after the other. Used from one event loop; ``tell`` never blocks."""

    def __init__(
        self, limits: KeeperLimits, variables: Mapping[str, str], engine: EngineSettings
    ) -> None:
        """variables: of its environment, beside ours. engine: loaded as soon as it lives."""
        self._limits, self._variables, self._engine = limits, variables, engine
        self._sessions: dict[str, tuple[Hear, Lose]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._warm = asyncio.Event()
        self._living: asyncio.Task[None] | None = None

    @property
    def num_sessions(self) -> int:
        """How many it hosts."""
        return len(self._sessions)

    def start(self) -> None:
        """Let it live from now on."""
        if self._living is None:
            self._living = asyncio.create_task(self._live())

    async def open(self, order: Open, hear: Hear, lose: Lose) -> None:
        """Begin a session. hear: called with what it says. lose: called, with how, when the
        process has ended under it. Raises BusyError when none lives that could take it."""
        self.start()
        self._sessions[order.session] = hear, lose
        try:
            async with asyncio.timeout(_START_S):
                await self._warm.wait()
        except BaseException as error:
            self.forget(order.session)
            if isinstance(error, TimeoutError):
                raise BusyError("the process for live sessions does not start") from None
            raise
        if order.session in self._sessions:  # else it was lost meanwhile
            self.tell(order)

    def tell(self, order: Order) -> None:
        """Lost when there is no process: its sessions are told of that."""
        if self._writer is not None:
            self._writer.write(packed(order))

    async def drain(self) -> None:
        """Wait while more waits to be sent than is good."""
        if self._writer is not None:
            with suppress(OSError):
                await self._writer.drain()

    def forget(self, session: str) -> None:
        """It has ended."""
        self._sessions.pop(session, None)

    async def stop(self) -> None:
        """End it; nothing of it is left."""
        living, self._living = self._living, None
        if living is not None:
            living.cancel()
            await asyncio.wait({living})

    async def _live(self) -> None:
        pause_s = 0.1
        while True:
            began = time.monotonic()
            how = await self._one_life()
            _log.error("the process of live sessions %s", how)
            for _, lose in list(self._sessions.values()):
                lose(how)
            self._sessions.clear()
            lived_s = time.monotonic() - began
            pause_s = 0.1 if lived_s > _LIVES_S else min(2 * pause_s, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _one_life(self) -> str:
        """From its start to its end; how it ended."""
        try:
            interpreter = start_interpreter(self._limits, self._variables, _MODULE)
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        try:
            reader, self._writer = await asyncio.open_unix_connection(
                sock=interpreter.connection, limit=_READ_AHEAD
            )
            self.tell(Warm(self._engine))
            await self._listen(reader)
            return await asyncio.to_thread(interpreter.ended)
        finally:
            self._warm.clear()
            writer, self._writer = self._writer, None
            await finished(_dismantled(interpreter, writer))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._heard(await next_message(reader))
        except (asyncio.IncompleteReadError, OSError):
            return

    def _heard(self, answer: Answer) -> None:
        if isinstance(answer, Warmed):
            self._warm.set()
            return
        if isinstance(answer, Ended) and answer.trace is not None:
            _log.error("a live session failed\n%s", answer.trace)
        if answer.session in self._sessions:
            hear, _ = self._sessions[answer.session]
            hear(answer)


async def _dismantled(interpreter: Interpreter, writer: asyncio.StreamWriter | None) -> None:
    if writer is not None:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
    await asyncio.to_thread(interpreter.close)
