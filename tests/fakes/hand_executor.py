"""An executor whose work a test does by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mien.service.errors import WorkerLostError
from mien.service.tasks.jobs import JobOutcome, JobTask
from mien.service.workers.base import ExecutorStatus, Lane
from mien.types import Progress


@dataclass
class Work:
    """A task that was handed over."""

    task: JobTask
    tell: Callable[..., None]
    outcome: asyncio.Future[JobOutcome] = field(default_factory=asyncio.Future)

    def progress(self, done: int, total: int | None) -> None:
        self.tell(Progress(done, total))

    def finish(self, content: bytes = b"film") -> None:
        """Write a result and say so."""
        file = self.task.folder / "result.mp4"
        file.write_bytes(content)
        self.outcome.set_result(JobOutcome(file, "video/mp4", "film.mp4", {"frames": 1}))

    def die(self) -> None:
        """As its process would."""
        (self.task.folder / "half").write_bytes(b"half a film")
        self.outcome.set_exception(WorkerLostError("its worker ended (signal 9)"))

    def fail(self, error: Exception) -> None:
        self.outcome.set_exception(error)


class HandExecutor:
    """An :class:`mien.service.workers.base.Executor` for long work."""

    def __init__(self, workers: int = 3) -> None:
        self.workers = workers
        self.works: list[Work] = []
        self._more = asyncio.Condition()

    async def start(self, warm: Any) -> Any:
        return None

    async def run(
        self, task: Any, *, lane: Lane, on_progress: Callable[..., None] | None = None
    ) -> Any:
        assert lane == "long"
        assert on_progress is not None
        assert task.folder.is_dir()
        work = Work(task, on_progress)
        async with self._more:
            self.works.append(work)
            self._more.notify_all()
        return await work.outcome

    async def work(self, number: int) -> Work:
        """The so-maniest task that was ever handed over, from 0, as soon as it is."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.works) > number)
        return self.works[number]

    @property
    def status(self) -> ExecutorStatus:
        return ExecutorStatus(True, self.workers, 0, 0, 0)

    async def close(self) -> None:
        return
