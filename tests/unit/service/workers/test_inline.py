from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from fakes.service_tasks import Answering, Counting, Exiting, Failing, Lasting, Unsendable
from mien.errors import NoFaceError
from mien.service.errors import BusyError, InternalError
from mien.service.workers.base import ExecutorStatus, KeeperLimits
from mien.service.workers.inline import InlineExecutor
from mien.types import Progress

pytestmark = pytest.mark.unit


def scene(play: Callable[[InlineExecutor], Awaitable[None]], num_threads: int = 2) -> None:
    """Let it play with an executor that has started."""

    async def whole() -> None:
        executor = InlineExecutor(KeeperLimits(100, 10), num_threads)
        try:
            assert (await executor.start(Answering("warm")))[0] == "warm"
            await play(executor)
        finally:
            await executor.close()

    asyncio.run(whole())


async def begun(executor: InlineExecutor, task: Lasting) -> asyncio.Task[str]:
    """A long task that runs."""
    runs = asyncio.Event()
    work: Coroutine[Any, Any, str] = executor.run(
        task, lane="long", on_progress=lambda _: runs.set()
    )
    running = asyncio.create_task(work)
    await runs.wait()
    return running


def test_what_comes_of_a_task_is_returned() -> None:
    async def play(executor: InlineExecutor) -> None:
        assert (await executor.run(Answering(7), lane="quick"))[0] == 7

    scene(play)


def test_progress_is_told_now_and_then_and_at_the_end() -> None:
    async def play(executor: InlineExecutor) -> None:
        told: list[Progress] = []
        await executor.run(Counting(5000), lane="long", on_progress=told.append)
        assert told[0].done == 1
        assert told[-1] == Progress(5000, 5000)
        assert len(told) < 500

    scene(play)


def test_errors_for_callers_come_as_they_are() -> None:
    async def play(executor: InlineExecutor) -> None:
        with pytest.raises(NoFaceError, match="no face was found"):
            await executor.run(Failing(meant=True), lane="quick")

    scene(play)


@pytest.mark.parametrize("task", [Failing(meant=False), Exiting()])
def test_faults_are_logged_and_not_told(task: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def play(executor: InlineExecutor) -> None:
        with pytest.raises(InternalError) as caught:
            await executor.run(task, lane="quick")
        assert not re.search("KeyError|SystemExit", str(caught.value))
        assert (await executor.run(Answering(1), lane="quick"))[0] == 1

    scene(play, num_threads=1)
    assert "Traceback" in caplog.text
    assert type(task).__name__ in caplog.text


def test_a_cancelled_task_has_ended_when_the_call_returns(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        task = Lasting(tmp_path)
        running = await begun(executor, task)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert task.ended
        assert executor.status == ExecutorStatus(True, 2, 0, 0, 0)

    scene(play)


def test_a_task_that_is_cancelled_again_and_again_has_ended_all_the_same(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        task = Lasting(tmp_path)
        running = await begun(executor, task)
        while not running.done():
            running.cancel()
            await asyncio.sleep(0)
        assert running.cancelled()
        assert task.ended

    scene(play)


def test_a_task_that_is_cancelled_before_it_begins_never_does(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        first, second = Lasting(tmp_path, "first"), Lasting(tmp_path, "second")
        running = await begun(executor, first)
        waiting = asyncio.create_task(executor.run(second, lane="long"))
        await asyncio.sleep(0)
        assert executor.status.waiting == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        first.finish()
        assert await running == "first"
        assert not second.ended

    scene(play)


def test_quick_tasks_are_done_while_long_ones_run(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        task = Lasting(tmp_path)
        running = await begun(executor, task)
        assert (await executor.run(Answering(7), lane="quick"))[0] == 7
        task.finish()
        await running

    scene(play)


def test_more_quick_tasks_than_anybody_waits_for_are_refused(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        task = Lasting(tmp_path)
        running = await begun(executor, task)
        waiting = [asyncio.create_task(executor.run(Answering(n), lane="quick")) for n in range(64)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as caught:
            await executor.run(Answering(), lane="quick")
        assert caught.value.retry_after_s >= 1
        task.finish()
        await running
        assert [value for value, _ in await asyncio.gather(*waiting)] == list(range(64))

    scene(play, num_threads=1)


def test_what_cannot_be_pickled_is_told_at_once() -> None:
    async def play(executor: InlineExecutor) -> None:
        with pytest.raises(Exception, match="pickle"):
            await executor.run(Answering(re.finditer("a", "a")), lane="quick")
        assert executor.status.waiting == 0

    scene(play)


def test_what_comes_of_a_task_needs_no_pickle_here() -> None:
    async def play(executor: InlineExecutor) -> None:
        assert list(await executor.run(Unsendable(), lane="quick"))

    scene(play)


def test_what_the_first_task_raises_ends_the_start() -> None:
    async def play() -> None:
        executor = InlineExecutor(KeeperLimits(100, 10), 1)
        with pytest.raises(NoFaceError):
            await executor.start(Failing(meant=True))
        assert not executor.status.ready
        with pytest.raises(BusyError, match="did not start"):
            await executor.run(Answering(), lane="quick")

    asyncio.run(play())


def test_after_the_end_nothing_is_taken_and_those_who_wait_are_told(tmp_path: Path) -> None:
    async def play(executor: InlineExecutor) -> None:
        task = Lasting(tmp_path)
        running = await begun(executor, task)
        waiting = asyncio.create_task(executor.run(Answering(), lane="quick"))
        await asyncio.sleep(0)
        await executor.close()
        for each in (running, waiting):
            with pytest.raises(BusyError, match="stopped"):
                await each
        assert task.ended
        with pytest.raises(BusyError, match="stopped"):
            await executor.run(Answering(), lane="quick")

    scene(play, num_threads=1)
