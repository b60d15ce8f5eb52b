"""Work that goes on when nobody waits for it."""

from __future__ import annotations

import asyncio

import pytest

from mien.service.shielding import finished, kept

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_kept_comes_however_often_it_is_cancelled(times: int) -> None:
    async def check() -> str:
        release = asyncio.Event()

        async def work() -> str:
            await release.wait()
            return "done"

        waiting = asyncio.create_task(kept(work()))
        for _ in range(times):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0)
        release.set()
        return await waiting

    assert asyncio.run(check()) == "done"


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_what_is_finished_ends_before_its_cancellation_is_told(times: int, fails: bool) -> None:
    async def check() -> None:
        release, ended = asyncio.Event(), []

        async def work() -> None:
            await release.wait()
            ended.append(True)
            if fails:
                raise ValueError

        waiting = asyncio.create_task(finished(work()))
        for _ in range(times):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended

    asyncio.run(check())


def test_errors_come_through() -> None:
    async def work() -> None:
        raise ValueError

    async def check() -> None:
        for wait in (kept, finished):
            with pytest.raises(ValueError):  # noqa: PT011
                await wait(work())

    asyncio.run(check())
