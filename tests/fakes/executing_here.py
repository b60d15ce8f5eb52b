"""An executor that does everything at once, in the thread that asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mien.pipeline.keeping import Keeper
from mien.service.errors import BusyError, WorkerLostError
from mien.service.workers.base import ExecutorStatus, Task


class ExecutingHere:
    """``lost``: the next task ends its worker. ``busy_at``: for tasks of this kind is no room.
    ``done``: all tasks, in order."""

    def __init__(self) -> None:
        self.lost = False
        self.busy_at: type | None = None
        self.done: list[Any] = []
        self._keeper = Keeper()

    async def start(self, warm: Task[object]) -> None:
        pass

    async def run(
        self,
        task: Task[Any],
        *,
        lane: str,
        on_progress: Callable[..., None] | None = None,
        owner: str = "",
    ) -> Any:
        self.done.append(task)
        if self.busy_at is not None and isinstance(task, self.busy_at):
            raise BusyError("no room")
        if self.lost:
            raise WorkerLostError("the worker ended")
        return task.run(self._keeper, lambda progress: None)

    @property
    def status(self) -> ExecutorStatus:
        return ExecutorStatus(ready=True, workers=1, busy=0, waiting=0, restarts=0)

    async def close(self) -> None:
        pass
