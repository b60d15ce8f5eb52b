"""Tests of sessions that are pushed: painted frames, and a receiver that comes and goes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fakes.live_outputs import no_output_left
from fakes.live_show import Stage
from fakes.rtmp_receiver import receiver
from mien.errors import OptionError
from mien.media.rtmp.chunks import AUDIO, VIDEO
from mien.service.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from mien.service.streams.hosts import PushHosts
from mien.service.streams.pushes import Push, Pushes
from mien.service.streams.room import Room

pytestmark = pytest.mark.unit

HERE = "127.0.0.1"


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(60):
            await story()

    asyncio.run(in_time())


class Scene:
    """A session, its pushes, and how many of them take up room."""

    def __init__(self, ports: Sequence[int], pauses_s: Sequence[float]) -> None:
        self.stage = Stage()
        self.counts = [0]
        hosts = PushHosts.parse([f"{HERE}:{port}" for port in ports])
        room = Room(each=2, all=3, on_count=self.counts.append)
        self.pushes = Pushes(hosts, room, pauses_s)

    def begin(self, url: str) -> Push:
        return self.pushes.begin(self.stage.session, url)

    async def until(self, done: Callable[[], bool]) -> None:
        while not done():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def scene(*ports: int, pauses_s: Sequence[float] = (0.01,) * 3) -> AsyncIterator[Scene]:
    """Nothing of it is left after the block."""
    found = Scene(ports, pauses_s)
    try:
        yield found
    finally:
        await found.pushes.close()
    assert found.stage.session.num_watchers == 0
    assert found.counts[-1] == 0
    no_output_left()
    found.stage.session.close("the test is over")


def free_port() -> int:
    with socket.create_server((HERE, 0)) as free:
        return int(free.getsockname()[1])


def test_a_push_brings_the_session_to_its_receiver_until_it_is_ended() -> None:
    async def story() -> None:
        with receiver() as there:
            async with scene(there.port) as here:
                push = here.begin(there.url)
                assert push.state == "connecting"
                assert push.url == f"rtmp://{HERE}:{there.port}/live/***"
                await asyncio.to_thread(there.wait_media, VIDEO, 5)
                await asyncio.to_thread(there.wait_media, AUDIO, 5)
                await here.until(lambda: push.state == "running")
                assert push.reason is None
                await here.until(lambda: push.frames >= 4)
                assert here.pushes.all(here.stage.session.id) == [push]
                assert here.pushes.find(here.stage.session.id, push.id) is push
                await here.pushes.end(here.stage.session.id, push.id)
                assert here.pushes.all(here.stage.session.id) == []
                assert here.stage.session.num_watchers == 0

    run(story)


def test_a_receiver_that_hangs_up_is_called_again_and_the_session_goes_on() -> None:
    async def story() -> None:
        with receiver() as there:
            async with scene(there.port) as here:
                push = here.begin(there.url)
                subscription = here.stage.session.subscribe("raw")
                await asyncio.to_thread(there.wait_media, VIDEO, 2)
                reasons = set()
                there.hang_up()
                while there.num_publishers < 2 or push.state != "running":
                    reasons.add(push.reason)
                    await asyncio.sleep(0)
                assert f"{push.url}: has ended the connection" in reasons
                before = push.frames
                await here.until(lambda: push.frames > before)
                assert await anext(subscription)
                subscription.close()

    run(story)


def test_a_receiver_that_is_not_there_is_given_up_and_the_push_says_why() -> None:
    async def story() -> None:
        port = free_port()
        async with scene(port) as here:
            session = here.stage.session
            push = here.begin(f"rtmp://{HERE}:{port}/live/secret")
            await here.until(lambda: push.state == "failed")
            assert push.reason is not None
            assert "refuses the connection" in push.reason
            assert "secret" not in push.reason
            await here.until(lambda: session.num_watchers == 0)
            assert here.pushes.find(session.id, push.id).frames == 0
            await here.pushes.end(session.id, push.id)
            with pytest.raises(NotFoundError):
                here.pushes.find(session.id, push.id)

    run(story)


def test_a_push_that_still_connects_can_be_ended() -> None:
    async def story() -> None:
        with socket.create_server((HERE, 0)) as silent:  # says nothing
            port = silent.getsockname()[1]
            async with scene(port) as here:
                push = here.begin(f"rtmp://{HERE}:{port}/live/key")
                connection, _ = await asyncio.to_thread(silent.accept)
                with connection:
                    await here.pushes.end(here.stage.session.id, push.id)

    run(story)


def test_pushes_end_with_their_session() -> None:
    async def story() -> None:
        with receiver() as there:
            async with scene(there.port) as here:
                here.begin(there.url)
                await asyncio.to_thread(there.wait_media, VIDEO, 2)
                session = here.stage.session
                session.close("it was closed")
                await here.until(lambda: not here.pushes.all(session.id))
                await asyncio.to_thread(there.wait, lambda: there.commands[-1][0] == "deleteStream")
                with pytest.raises(ConflictError):
                    here.begin(there.url)

    run(story)


def test_a_push_that_waits_for_its_next_try_ends_with_its_session() -> None:
    async def story() -> None:
        port = free_port()
        async with scene(port, pauses_s=[3600.0]) as here:
            push = here.begin(f"rtmp://{HERE}:{port}/live/key")
            await here.until(lambda: push.reason is not None)
            here.stage.session.close("it was closed")
            await here.until(lambda: not here.pushes.all(here.stage.session.id))

    run(story)


def test_there_is_room_for_so_many() -> None:
    async def story() -> None:
        port = free_port()
        async with scene(port, pauses_s=(30.0,)) as here:
            url = f"rtmp://{HERE}:{port}/live/key"
            pushes = [here.begin(url) for _ in range(2)]
            for _ in range(8):
                with pytest.raises(BusyError):
                    here.begin(url)
            assert here.counts[-1] == 2
            await here.pushes.end(here.stage.session.id, pushes[0].id)
            here.begin(url)

    run(story)


def test_what_may_not_be_pushed_to_begins_nothing() -> None:
    async def story() -> None:
        async with scene(1935) as here:
            with pytest.raises(ForbiddenError):
                here.begin(f"rtmp://{HERE}:1936/live/key")
            with pytest.raises(OptionError):
                here.begin("file:///etc/passwd")
            assert here.stage.session.num_watchers == 0
            assert here.counts == [0]

    run(story)


def test_a_push_of_another_session_is_not_found() -> None:
    async def story() -> None:
        port = free_port()
        async with scene(port, pauses_s=(30.0,)) as here:
            push = here.begin(f"rtmp://{HERE}:{port}/live/key")
            with pytest.raises(NotFoundError):
                await here.pushes.end("another", push.id)
            assert here.pushes.all("another") == []

    run(story)


def test_only_the_last_failures_are_remembered() -> None:
    async def story() -> None:
        port = free_port()
        async with scene(port, pauses_s=()) as here:
            for _ in range(20):
                push = here.begin(f"rtmp://{HERE}:{port}/live/key")
                await here.until(lambda push=push: push.state == "failed")  # type: ignore[misc]
                await here.until(lambda: here.stage.session.num_watchers == 0)
            there = here.pushes.all(here.stage.session.id)
            assert len(there) == 16
            assert there[-1] is push

    run(story)
