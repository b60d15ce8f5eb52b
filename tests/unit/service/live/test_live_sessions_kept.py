from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mien.errors import NoFaceError, OptionError
from mien.pipeline.live.types import LiveOptions
from mien.service.errors import BusyError, NotFoundError, TooManyError
from mien.service.live.messages import Close, Ended, Open, Opened, Order
from mien.service.live.sessions import LiveSessions, SessionLimits
from mien.service.security.keys import Owner
from mien.service.uploads.upload import Upload

pytestmark = pytest.mark.unit

ME, YOU = Owner("me"), Owner("you")
PICTURE = Upload("p" * 64, ME, "picture", Path("p.png"), 1, "image/png", "p.png")
FILM = replace(PICTURE, kind="film")


class HandHost:
    """A process that opens every session at once, unless it is told not to."""

    def __init__(self) -> None:
        self.told: list[Order] = []
        self.sessions: dict[str, tuple[Any, Any]] = {}
        self.error: NoFaceError | None = None
        self.opens = True

    @property
    def num_sessions(self) -> int:
        return len(self.sessions)

    def start(self) -> None:
        pass

    async def open(self, order: Open, hear: Any, lose: Any) -> None:
        self.sessions[order.session] = hear, lose
        if self.error is not None:
            hear(Ended(order.session, self.error))
        elif self.opens:
            hear(Opened(order.session))

    def tell(self, order: Order) -> None:
        self.told.append(order)

    async def drain(self) -> None:
        pass

    def forget(self, session: str) -> None:
        self.sessions.pop(session, None)

    async def stop(self) -> None:
        pass


class Shelf:
    """Uploads of one owner."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload

    async def find(self, owner: Owner, id: str) -> Upload:
        return self.upload


def kept(
    story: Callable[[LiveSessions], Coroutine[None, None, None]],
    *hosts: HandHost,
    upload: Upload = PICTURE,
    idle_s: float = 60.0,
) -> None:
    async def run() -> None:
        limits = SessionLimits(in_all=3, per_owner=2, idle_s=idle_s)
        shelf: Any = Shelf(upload)
        processes: Any = hosts
        live = LiveSessions(processes, shelf, limits, str)
        async with asyncio.timeout(30):
            await story(live)
            await live.stop()

    asyncio.run(run())


def test_sessions_are_spread_and_limited_by_owner_and_in_all() -> None:
    first, second = HandHost(), HandHost()

    async def story(live: LiveSessions) -> None:
        mine = [await live.create(ME, "p", LiveOptions()) for _ in range(2)]
        assert [first.num_sessions, second.num_sessions] == [1, 1]
        with pytest.raises(TooManyError):
            await live.create(ME, "p", LiveOptions())
        await live.create(YOU, "p", LiveOptions())
        with pytest.raises(BusyError, match="taken"):
            await live.create(YOU, "p", LiveOptions())
        await live.close(ME, mine[0].id)
        await live.create(YOU, "p", LiveOptions())
        assert live.num_live == 3

    kept(story, first, second)


def test_without_processes_there_are_no_sessions() -> None:
    async def story(live: LiveSessions) -> None:
        with pytest.raises(BusyError, match="--live-sessions"):
            await live.create(ME, "p", LiveOptions())

    kept(story)


def test_others_sessions_are_not_found() -> None:
    async def story(live: LiveSessions) -> None:
        session = await live.create(ME, "p", LiveOptions())
        assert live.find(ME, session.id) is session
        with pytest.raises(NotFoundError):
            live.find(YOU, session.id)
        with pytest.raises(NotFoundError):
            await live.close(YOU, session.id)
        assert live.all(YOU) == []
        assert live.all(ME) == [session]

    kept(story, HandHost())


def test_what_cannot_be_prepared_is_raised_and_forgotten() -> None:
    host = HandHost()
    host.error = NoFaceError("p.png", "no face was found")

    async def story(live: LiveSessions) -> None:
        with pytest.raises(NoFaceError):
            await live.create(ME, "p", LiveOptions())
        assert live.all(ME) == []
        assert live.num_live == host.num_sessions == 0

    kept(story, host)


def test_only_pictures_live() -> None:
    async def story(live: LiveSessions) -> None:
        with pytest.raises(OptionError, match="is a film"):
            await live.create(ME, "p", LiveOptions())

    kept(story, HandHost(), upload=FILM)


def test_who_hangs_up_while_it_is_prepared_leaves_nothing() -> None:
    host = HandHost()
    host.opens = False

    async def story(live: LiveSessions) -> None:
        creating = asyncio.create_task(live.create(ME, "p", LiveOptions()))
        while not host.sessions:
            await asyncio.sleep(0)
        creating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await creating
        assert live.num_live == host.num_sessions == 0
        assert any(isinstance(order, Close) for order in host.told)

    kept(story, host)


def test_a_lost_process_fails_its_sessions() -> None:
    host = HandHost()

    async def story(live: LiveSessions) -> None:
        session = await live.create(ME, "p", LiveOptions())
        watcher = session.subscribe("jpeg")
        _, lose = host.sessions[session.id]
        lose("ended with status 1")
        assert session.state == "failed"
        assert [each async for each in watcher] == []
        assert live.num_live == 0

    kept(story, host)


def test_what_nobody_watches_or_talks_to_is_closed() -> None:
    async def story(live: LiveSessions) -> None:
        idle, watched = [await live.create(ME, "p", LiveOptions()) for _ in range(2)]
        watched.subscribe("jpeg")
        await idle.ended.wait()
        assert idle.fate is not None
        assert "nobody watched" in idle.fate.reason
        assert not watched.over

    kept(story, HandHost(), idle_s=0.05)


def test_a_session_that_was_closed_is_remembered_until_it_is_closed_again() -> None:
    async def story(live: LiveSessions) -> None:
        session = await live.create(ME, "p", LiveOptions())
        assert (await live.close(ME, session.id)).state == "closed"
        assert live.find(ME, session.id) is session
        await live.close(ME, session.id)
        with pytest.raises(NotFoundError):
            live.find(ME, session.id)

    kept(story, HandHost())


def test_a_ticket_leads_to_its_session_once() -> None:
    async def story(live: LiveSessions) -> None:
        session = await live.create(ME, "p", LiveOptions())
        ticket = live.tickets.sell(session.id)
        assert live.by_ticket(session.id, ticket) is session
        assert live.by_ticket(session.id, ticket) is None

    kept(story, HandHost())
