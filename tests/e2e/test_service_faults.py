"""Workers that are killed, crash or hang, and servers that are."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.running_server import RunningServer, running_server
from fakes.service_tasks import (
    Answering,
    Counting,
    CountingThreads,
    Exiting,
    Failing,
    Hanging,
    Lasting,
    Trapped,
    Unsendable,
)
from mien.errors import NoFaceError
from mien.service.errors import BusyError, InternalError, WorkerLostError
from mien.service.workers import pool
from mien.service.workers.base import KeeperLimits
from mien.service.workers.process import ProcessExecutor
from mien.types import Progress

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed there"),
]

LIMITS = KeeperLimits(100, 10)
PARENT = """
import asyncio, sys
from fakes.service_tasks import Answering, Hanging
from mien.service.workers.base import KeeperLimits
from mien.service.workers.process import ProcessExecutor

async def main():
    executor = ProcessExecutor(KeeperLimits(100, 10), [{}] * 3)
    await executor.start(Answering())
    work = [executor.run(Hanging(locked=each), lane="long",
                         on_progress=lambda p: print(p.done, flush=True)) for each in (0, 1)]
    await asyncio.gather(*work)

asyncio.run(main())
"""


def wait_for(condition: Callable[[], Any], within_s: float = 20.0) -> bool:
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.02)
    return True


def children(of: int | None = None) -> set[int]:
    lists = Path(f"/proc/{of or 'self'}/task").glob("*/children")
    return {int(pid) for each in lists for pid in each.read_text().split()}


def workers(of: int) -> set[int]:
    """Of a server; not the process of its live faces."""
    ran = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(of)}
    return {pid for pid, command in ran.items() if b"workers.worker" in command}


def lives(pid: int) -> bool:
    """Whether there is such a process, not only its remains."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def descriptors() -> set[str]:
    gc.collect()
    return {each.name for each in Path("/proc/self/fd").iterdir()}


class Crew:
    """Two processes, and the event loop that they are used from."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.executor = ProcessExecutor(LIMITS, [{"MIEN_SEAT": "0"}, {"MIEN_SEAT": "1"}])
        self.play(self.executor.start(Answering("warm")))
        self.complete()

    def play(self, work: Awaitable[Any]) -> Any:
        async def whole() -> Any:
            return await work

        return self._runner.run(whole())

    def complete(self) -> None:
        """Wait until both can work."""

        async def both() -> None:
            while len(await self.pids()) < 2:
                await asyncio.sleep(0.02)

        self.play(asyncio.wait_for(both(), 60))

    async def pids(self) -> set[int]:
        """Of those that answer."""
        tasks = [self.executor.run(Answering(), lane="quick") for _ in range(2)]
        return {pid for _, pid in await asyncio.gather(*tasks)}

    async def begun(self, task: Any) -> tuple[asyncio.Task[Any], int]:
        """A long task that runs, and in which process."""
        runs: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def told(progress: Progress) -> None:
            if not runs.done():
                runs.set_result(progress.done)

        running = asyncio.create_task(self.executor.run(task, lane="long", on_progress=told))
        return running, await asyncio.wait_for(runs, 60)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with asyncio.Runner() as runner:
        made = Crew(runner)
        yield made
        made.play(made.executor.close())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_GRACE_S", 0.3)
    monkeypatch.setattr(pool, "pause_s", lambda failures: 0.0)


def test_work_is_done_in_other_processes(crew: Crew) -> None:
    value, pid = crew.play(crew.executor.run(Answering(b"x" * 3_000_000), lane="quick"))
    assert len(value) == 3_000_000
    assert pid in children()


def test_a_worker_keeps_to_one_core(crew: Crew) -> None:
    of_opencv, of_python = crew.play(crew.executor.run(CountingThreads(), lane="quick"))
    assert of_opencv == 1
    assert of_python == 2, "one works, one listens"


def test_progress_comes_over_now_and_then_and_at_the_end(crew: Crew) -> None:
    told: list[Progress] = []
    crew.play(crew.executor.run(Counting(5000), lane="long", on_progress=told.append))
    assert told[-1] == Progress(5000, 5000)
    assert len(told) < 500


def test_errors_for_callers_come_over_as_they_are(crew: Crew) -> None:
    with pytest.raises(NoFaceError) as caught:
        crew.play(crew.executor.run(Failing(meant=True), lane="quick"))
    assert caught.value.path == "me.jpg"


@pytest.mark.parametrize(
    ("task", "why"), [(Failing(meant=False), "KeyError"), (Unsendable(), "pickle")]
)
def test_faults_in_a_worker_are_logged_here_and_not_told(
    crew: Crew, task: Any, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InternalError) as caught:
        crew.play(crew.executor.run(task, lane="quick"))
    assert why in caplog.text
    assert why not in str(caught.value)


def test_a_portrait_goes_where_it_was(crew: Crew) -> None:
    async def scene() -> set[int]:
        return {(await crew.executor.run(Answering(key="me"), lane="quick"))[1] for _ in range(6)}

    assert len(crew.play(scene())) == 1


def test_a_worker_that_is_killed_is_replaced_and_the_other_works_on(
    crew: Crew, tmp_path: Path
) -> None:
    before = crew.executor.status.restarts

    async def scene() -> None:
        running, pid = await crew.begun(Lasting(tmp_path))
        os.kill(pid, signal.SIGKILL)
        value, other = await crew.executor.run(Answering(7), lane="quick")
        assert (value, other != pid) == (7, True)
        with pytest.raises(WorkerLostError, match="SIGKILL"):
            await running

    crew.play(scene())
    crew.complete()
    assert crew.executor.status.restarts == before + 1
    assert len(children()) == 2


def test_a_worker_that_is_killed_while_it_is_idle_is_replaced(crew: Crew) -> None:
    before = crew.play(crew.pids())
    os.kill(min(before), signal.SIGKILL)
    crew.complete()
    after = crew.play(crew.pids())
    assert min(before) not in after
    assert max(before) in after


def test_a_task_that_was_on_its_way_to_a_lost_worker_is_done_by_another(crew: Crew) -> None:
    async def scene() -> None:
        _, pid = await crew.executor.run(Answering(key="lost"), lane="quick")
        os.kill(pid, signal.SIGSTOP)
        running = asyncio.create_task(crew.executor.run(Answering(7, "lost"), lane="quick"))
        await asyncio.sleep(0)
        assert crew.executor.status.busy == 1
        os.kill(pid, signal.SIGKILL)
        value, other = await running
        assert (value, other != pid) == (7, True)

    crew.play(scene())
    crew.complete()


@pytest.mark.parametrize("busy", [False, True])
def test_a_worker_that_exits_says_how(crew: Crew, busy: bool) -> None:
    with pytest.raises(WorkerLostError, match="ended with status 3"):
        crew.play(crew.executor.run(Exiting(3, busy), lane="quick"))
    crew.complete()


def test_signals_of_a_terminal_or_a_supervisor_do_not_end_workers(crew: Crew) -> None:
    before = crew.play(crew.pids())
    for pid in before:
        assert os.getsid(pid) != os.getsid(0)
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    assert crew.play(crew.pids()) == before


def test_cancelled_work_has_ended_when_the_call_returns(crew: Crew, tmp_path: Path) -> None:
    async def scene() -> None:
        task = Lasting(tmp_path)
        running, pid = await crew.begun(task)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert task.ended
        assert crew.executor.status.busy == 0
        assert pid in await crew.pids()

    crew.play(scene())


@pytest.mark.parametrize("locked", [False, True])
def test_cancelled_work_that_hangs_is_killed_and_no_memory_is_said_to_be_short(
    crew: Crew, locked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        running, pid = await crew.begun(Hanging(locked))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not lives(pid)

    crew.play(scene())
    crew.complete()
    assert "was ended, as it did not let go of its work" in caplog.text
    assert "memory" not in caplog.text


def test_workers_that_are_lost_at_every_start_are_given_up_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trap = tmp_path / "trap"

    async def scene() -> None:
        executor = ProcessExecutor(LIMITS, [{}])
        try:
            pid = await executor.start(Trapped(trap))
            trap.touch()
            os.kill(pid, signal.SIGKILL)
            patient = asyncio.create_task(executor.run(Answering(8), lane="long"))
            waiting = executor.run(Answering(), lane="quick")
            with pytest.raises(BusyError, match="no worker starts"):
                await asyncio.wait_for(waiting, 60)
            assert not executor.status.ready
            trap.unlink()
            assert (await asyncio.wait_for(patient, 60))[0] == 8
            assert (await executor.run(Answering(7), lane="quick"))[0] == 7
        finally:
            await executor.close()

    asyncio.run(scene())
    assert re.search("worker 0 did not start: .*SIGKILL", caplog.text)


def test_a_first_worker_that_never_starts_is_told(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.touch()

    async def scene() -> None:
        executor = ProcessExecutor(LIMITS, [{}] * 2)
        with pytest.raises(WorkerLostError, match="SIGKILL"):
            await executor.start(Trapped(trap))
        with pytest.raises(BusyError, match="did not start"):
            await executor.run(Answering(), lane="quick")

    before = children()
    asyncio.run(scene())
    assert children() == before


async def a_stream() -> None:
    """After its first one uvloop keeps a descriptor in reserve."""
    ours, theirs = socket.socketpair()
    with theirs:
        _, writer = await asyncio.open_unix_connection(sock=ours)
        writer.close()
        await writer.wait_closed()


def test_a_system_without_room_for_a_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")

    async def scene() -> None:
        with pytest.raises(WorkerLostError, match="no process can be started: No such file"):
            await ProcessExecutor(LIMITS, [{}]).start(Answering())

    before = descriptors()
    asyncio.run(scene())
    assert descriptors() == before


@pytest.mark.parametrize("loops", ["asyncio", "uvloop"])
def test_nothing_is_left_after_the_end(loops: str, tmp_path: Path) -> None:
    factory = asyncio.new_event_loop
    if loops == "uvloop":
        factory = pytest.importorskip("uvloop").new_event_loop

    async def scene() -> None:
        await a_stream()
        before = children(), descriptors()
        executor = ProcessExecutor(LIMITS, [{}] * 2)
        await executor.start(Answering())
        tasks = [Lasting(tmp_path, name) for name in ("long", "later")]
        work = [asyncio.create_task(executor.run(each, lane="long")) for each in tasks]
        await executor.run(Answering(), lane="quick")
        await executor.close()
        for each in work:
            with pytest.raises(BusyError, match="stopped"):
                await each
        await asyncio.sleep(0)  # uvloop closes what it was given a step later
        assert (children(), descriptors()) == before

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(scene())


def test_a_start_that_is_cancelled_leaves_nothing() -> None:
    async def scene() -> None:
        executor = ProcessExecutor(LIMITS, [{}] * 2)
        starting = asyncio.create_task(executor.start(Answering()))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await executor.close()

    before = children(), descriptors()
    asyncio.run(scene())
    assert (children(), descriptors()) == before


def test_workers_end_with_a_server_that_is_killed_whatever_they_do() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        try:
            assert parent.stdout is not None
            hanging = {int(parent.stdout.readline()) for _ in range(2)}
            assert wait_for(lambda: len(children(parent.pid)) == 3)
            ours = children(parent.pid)
            assert hanging <= ours
        finally:
            parent.kill()
    assert wait_for(lambda: not any(map(lives, ours)), within_s=5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("data"), "--workers", "2") as running:
        yield running


def test_a_server_whose_worker_is_killed_stays_and_gets_another(server: RunningServer) -> None:
    assert wait_for(lambda: len(workers(server.process.pid)) == 2)
    victim = min(workers(server.process.pid))
    os.kill(victim, signal.SIGKILL)
    with urllib.request.urlopen(f"{server.url}/healthz") as answer:
        assert answer.status == 200
    assert wait_for(lambda: len(workers(server.process.pid) - {victim}) == 2)
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        assert b"mien_worker_restarts_total 1.0" in answer.read()


def test_a_server_that_is_stopped_takes_its_workers_with_it(server: RunningServer) -> None:
    ours = children(server.process.pid)
    assert ours
    server.stop()
    assert not any(map(lives, ours))
