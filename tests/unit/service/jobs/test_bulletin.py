"""Events of a job, for early and late followers."""

from __future__ import annotations

import asyncio

import pytest

from mien.service.jobs.bulletin import Bulletin
from mien.service.jobs.record import JobRecord
from mien.service.security.keys import LOCAL

pytestmark = pytest.mark.unit

RECORD = JobRecord("1", LOCAL, "animate", {}, "queued", 0.0)


async def numbers(bulletin: Bulletin, after: int) -> list[int]:
    return [event.number async for event in bulletin.follow(after)]


def test_everybody_gets_everything_once_in_order() -> None:
    async def check() -> None:
        bulletin = Bulletin()
        bulletin.publish("state", RECORD)
        early = asyncio.create_task(numbers(bulletin, 0))
        await asyncio.sleep(0)
        for _ in range(3):
            bulletin.publish("progress", RECORD)
            await asyncio.sleep(0)
        late = asyncio.create_task(numbers(bulletin, 2))
        bulletin.publish("state", RECORD)
        bulletin.close()
        assert await early == [1, 2, 3, 4, 5]
        assert await late == [3, 4, 5]
        assert await numbers(bulletin, 0) == [1, 2, 3, 4, 5]
        assert await numbers(bulletin, 5) == []

    asyncio.run(check())


def test_a_number_of_an_earlier_run_gives_everything() -> None:
    async def check() -> None:
        bulletin = Bulletin()
        bulletin.publish("state", RECORD)
        bulletin.close()
        assert await numbers(bulletin, 700) == [1]

    asyncio.run(check())


def test_what_is_kept_is_bounded_and_has_the_last() -> None:
    async def check() -> None:
        bulletin = Bulletin()
        for _ in range(10_000):
            bulletin.publish("progress", RECORD)
        bulletin.close()
        kept = await numbers(bulletin, 0)
        assert len(kept) < 1000
        assert kept[-1] == 10_000

    asyncio.run(check())
