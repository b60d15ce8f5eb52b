from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from mien.service.rendering import while_connected

pytestmark = pytest.mark.unit


class Caller:
    """One who waits until it hangs up."""

    def __init__(self) -> None:
        self.hangs_up = asyncio.Event()

    async def receive(self) -> Message:
        await self.hangs_up.wait()
        return {"type": "http.disconnect"}

    @property
    def request(self) -> Request:
        return Request({"type": "http"}, self.receive)


async def forever(begun: asyncio.Event, ended: asyncio.Event) -> None:
    begun.set()
    try:
        await asyncio.Event().wait()
    finally:
        ended.set()


def test_work_is_answered_while_somebody_waits() -> None:
    async def seven() -> int:
        return 7

    async def scene() -> None:
        assert await while_connected(Caller().request, seven()) == 7

    asyncio.run(scene())


def test_what_the_work_raises_comes_out() -> None:
    async def fails() -> None:
        raise KeyError("no")

    async def scene() -> None:
        with pytest.raises(KeyError):
            await while_connected(Caller().request, fails())

    asyncio.run(scene())


def test_work_that_nobody_waits_for_is_cancelled_before_the_call_returns() -> None:
    async def scene() -> None:
        caller, begun, ended = Caller(), asyncio.Event(), asyncio.Event()
        work = asyncio.ensure_future(while_connected(caller.request, forever(begun, ended)))
        await begun.wait()
        caller.hangs_up.set()
        with pytest.raises(ClientDisconnect):
            await work
        assert ended.is_set()

    asyncio.run(scene())


def test_cancelling_from_outside_cancels_the_work() -> None:
    async def scene() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()
        work = asyncio.ensure_future(while_connected(Caller().request, forever(begun, ended)))
        await begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert ended.is_set()

    asyncio.run(scene())
