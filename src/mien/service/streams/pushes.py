"""Sessions that are pushed to receivers, which may be gone for a while."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Literal, TypeAlias

from mien.errors import OutputError
from mien.media.rtmp import RtmpAddress, RtmpPublisher
from mien.service.errors import NotFoundError
from mien.service.live import LiveSession
from mien.service.streams.feeding import Feed
from mien.service.streams.hosts import PushHosts
from mien.service.streams.room import Room

PushState: TypeAlias = Literal["connecting", "running", "failed"]

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between one try and the next; after as many failures in a row, and one, a push has failed."""
_LASTED_S = 30.0
"""A stream that went on for so long begins the count anew."""
_MOST_FAILED = 16
"""Of one session: those that failed before are forgotten."""
_log = logging.getLogger(__name__)


class Push:
    """One receiver of a session."""

    def __init__(self, session: LiveSession, address: RtmpAddress) -> None:
        """Raises ConflictError when the session has ended, TooManyError."""
        self.id = secrets.token_hex(16)
        self.url = address.shown
        """Without the key."""
        self.created = time.time()
        self.state: PushState = "connecting"
        self.reason: str | None = None
        """Why it is not running any more, or not yet again."""
        self._address, self._ended = address, session.ended
        self._feed = Feed(session)

    @property
    def frames(self) -> int:
        """Pictures that were sent."""
        return self._feed.frames

    @property
    def dropped(self) -> int:
        """Pictures that the receiver was too slow for, or not there."""
        return self._feed.dropped

    async def live(self, pauses_s: Sequence[float]) -> None:
        """Until the session ends, or the receiver has failed too often."""
        pauses = iter(pauses_s)
        while True:
            began = time.monotonic()
            try:
                await self._feed.pass_on(RtmpPublisher(self._address), "flv", self._note_open)
                return
            except OutputError as error:
                self.reason = str(error)
            _log.info("a push was interrupted: %s", self.reason)
            if time.monotonic() - began > _LASTED_S:
                pauses = iter(pauses_s)
            pause_s = next(pauses, None)
            if pause_s is None:
                self.state = "failed"
                return
            self.state = "connecting"
            if await self._ends_within(pause_s):
                return

    def close(self) -> None:
        """Watch the session no longer."""
        self._feed.close()

    async def _ends_within(self, pause_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._ended.wait()
        return self._ended.is_set()

    def _note_open(self) -> None:
        self.state, self.reason = "running", None


class Pushes:
    """All of them. Used in the event loop."""

    def __init__(self, hosts: PushHosts, room: Room, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._hosts, self._room, self._pauses_s = hosts, room, pauses_s
        self._pushes: dict[str, dict[str, Push]] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    def begin(self, session: LiveSession, url: str) -> Push:
        """Push it there from now on. Raises OptionError, ForbiddenError, ConflictError when the
        session has ended, BusyError, TooManyError."""
        address = RtmpAddress.parse(url)
        self._hosts.check(address)
        with ExitStack() as stack:
            stack.enter_context(self._room.place(session.id))
            push = Push(session, address)
            stack.callback(push.close)
            there = stack.pop_all()
        self._pushes.setdefault(session.id, {})[push.id] = push
        self._lives[push.id] = life = asyncio.create_task(push.live(self._pauses_s))
        life.add_done_callback(lambda _: self._note_end(session, push, there))
        return push

    def all(self, session: str) -> list[Push]:
        """Of a session, the oldest first; those that failed lately among them."""
        return list(self._pushes.get(session, {}).values())

    def find(self, session: str, id: str) -> Push:
        """Raises NotFoundError."""
        push = self._pushes.get(session, {}).get(id)
        if push is None:
            raise NotFoundError("there is no such push; it may have ended with its session")
        return push

    async def end(self, session: str, id: str) -> Push:
        """End it, and forget it. Raises NotFoundError."""
        push = self.find(session, id)
        await self._end([push.id])
        self._forget(session, push)
        return push

    async def close(self) -> None:
        """End all."""
        await self._end(list(self._lives))

    def _note_end(self, session: LiveSession, push: Push, there: ExitStack) -> None:
        there.close()
        del self._lives[push.id]
        if session.over:
            self._pushes.pop(session.id, None)
        else:
            self._forget_old(session.id)

    async def _end(self, ids: Sequence[str]) -> None:
        lives = {self._lives[id] for id in ids if id in self._lives}
        for life in lives:
            life.cancel()
        if lives:
            await asyncio.wait(lives)

    def _forget(self, session: str, push: Push) -> None:
        there = self._pushes.get(session, {})
        there.pop(push.id, None)
        if not there:
            self._pushes.pop(session, None)

    def _forget_old(self, session: str) -> None:
        failed = [each for each in self.all(session) if each.state == "failed"]
        for push in failed[: max(0, len(failed) - _MOST_FAILED)]:
            self._forget(session, push)
