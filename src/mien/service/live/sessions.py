"""All live sessions of a service."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from mien.errors import OptionError
from mien.pipeline.live.types import LiveOptions
from mien.service.errors import BusyError, NotFoundError, TooManyError
from mien.service.live.hosting import HostProcess
from mien.service.live.messages import Open
from mien.service.live.session import LiveSession
from mien.service.live.tickets import Tickets
from mien.service.security.keys import Owner
from mien.service.uploads.uploads import Uploads

_REMEMBERED = 100
"""Sessions that have ended and can still be asked about."""
_RETRY_S, _RETRY_NEVER_S = 10, 3600


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """in_all: sessions at the same time. per_owner: of one key. idle_s: one that nobody watches or
    talks to for so long is closed."""

    in_all: int
    per_owner: int
    idle_s: float


class LiveSessions:
    """Sessions by id, spread over processes. Used from one event loop."""

    def __init__(
        self,
        hosts: Sequence[HostProcess],
        uploads: Uploads,
        limits: SessionLimits,
        find_emotion: Callable[[str], str],
        on_frame: Callable[[str, int], None] = lambda engine, skipped: None,
    ) -> None:
        """hosts: not started yet; none where there can be none. on_frame: called for each frame,
        with its engine and how many were skipped before it."""
        self.tickets = Tickets()
        self._hosts, self._uploads, self._limits = hosts, uploads, limits
        self._find_emotion, self._on_frame = find_emotion, on_frame
        self._sessions: dict[str, LiveSession] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def num_live(self) -> int:
        """Those that have not ended."""
        return sum(not each.over for each in self._sessions.values())

    def start(self) -> None:
        """Let the processes warm up, so that the first session need not wait for them."""
        for host in self._hosts if self._limits.in_all else ():
            host.start()

    async def stop(self) -> None:
        """Close all sessions and end all processes."""
        self._stopped = True
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait({self._sweeping})
        for session in self._sessions.values():
            session.close("the service is being stopped")
        await asyncio.gather(*(host.stop() for host in self._hosts))

    async def create(self, owner: Owner, portrait: str, options: LiveOptions) -> LiveSession:
        """A session that is ready. portrait: id of an upload of the owner's.

        Raises TooManyError, BusyError when all places are taken, NotFoundError, OptionError, and
        what preparing raises.
        """
        self._check_room(owner)
        upload = await self._uploads.find(owner, portrait)
        if upload.kind != "picture":
            raise OptionError("portrait", f"is a {upload.kind}; a picture is needed")
        self._check_room(owner)
        host = min(self._hosts, key=lambda each: each.num_sessions)
        session = LiveSession(
            uuid.uuid4().hex, owner, portrait, options, host, find_emotion=self._find_emotion,
            on_frame=partial(self._on_frame, options.engine.name),
        )  # fmt: skip
        self._keep(session)
        session.prepare()
        try:
            order = Open(session.id, upload.path, upload.id, options)
            await host.open(order, session.hear, session.lose)
            await session.opened()
        except BaseException:
            session.close("it could not be prepared")
            self._sessions.pop(session.id, None)
            raise
        return session

    def find(self, owner: Owner, id: str) -> LiveSession:
        """Also one that has ended lately. Raises NotFoundError, also for somebody else's."""
        session = self._sessions.get(id)
        if session is None or session.owner != owner:
            raise NotFoundError("there is no such session, or it ended long ago; begin another")
        return session

    def by_ticket(self, id: str, ticket: str) -> LiveSession | None:
        """The session if the ticket opens it."""
        return self._sessions.get(id) if self.tickets.take(ticket, id) else None

    def peek_ticket(self, id: str, ticket: str) -> LiveSession | None:
        """The same; the ticket stays good."""
        return self._sessions.get(id) if self.tickets.holds(ticket, id) else None

    def all(self, owner: Owner) -> list[LiveSession]:
        """The newest first; those that ended lately among them."""
        return [each for each in reversed(self._sessions.values()) if each.owner == owner]

    async def close(self, owner: Owner, id: str) -> LiveSession:
        """End it; one that had ended is forgotten. Raises NotFoundError."""
        session = self.find(owner, id)
        if session.over:
            self._sessions.pop(id, None)
        else:
            session.close("it was closed")
        return session

    def _check_room(self, owner: Owner) -> None:
        if self._stopped:
            raise BusyError("the service is being stopped")
        if not (self._hosts and self._limits.in_all):
            raise BusyError("there are no live sessions here; see --live-sessions", _RETRY_NEVER_S)
        living = [each.owner for each in self._sessions.values() if not each.over]
        if living.count(owner) >= self._limits.per_owner:
            words = f"{self._limits.per_owner} sessions of this key are open; close one"
            raise TooManyError(words, _RETRY_S)
        if len(living) >= self._limits.in_all:
            raise BusyError("all live sessions are taken; try again in a moment", _RETRY_S)

    def _keep(self, session: LiveSession) -> None:
        self._sessions[session.id] = session
        over = [each.id for each in self._sessions.values() if each.over]
        for id in over[: max(0, len(over) - _REMEMBERED)]:
            del self._sessions[id]
        if self._sweeping is None:
            self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        """Close what nobody watches."""
        while True:
            await asyncio.sleep(min(1.0, max(0.05, self._limits.idle_s / 4)))
            for session in list(self._sessions.values()):
                if not session.over and session.idle_s > self._limits.idle_s:
                    session.close(f"nobody watched it for {self._limits.idle_s:g} s")
