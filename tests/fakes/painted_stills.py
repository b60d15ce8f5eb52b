"""An executor without engines: stills are a few bytes, everything else is done on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from mien.pipeline.keeping import Keeper
from mien.service.tasks.stills import Still, StillsTask
from mien.service.workers.base import ExecutorStatus, Lane, Task

R = TypeVar("R")


class PaintedStills:
    """tasks: all that were run. fault: raised instead of a still, if any."""

    def __init__(self) -> None:
        self.tasks: list[StillsTask] = []
        self.fault: Callable[[Path], Exception] | None = None

    async def start(self, warm: Task[object]) -> None:
        pass

    async def run(
        self,
        task: Task[R],
        *,
        lane: Lane,
        on_progress: Callable[..., None] | None = None,
        owner: str = "",
    ) -> R:
        if not isinstance(task, StillsTask):
            return task.run(Keeper(), lambda _: None)
        self.tasks.append(task)
        if self.fault is not None:
            raise self.fault(task.portrait)
        return cast(R, tuple(Still(repr(look).encode(), 8, 8, 5.0) for look in task.looks))

    @property
    def status(self) -> ExecutorStatus:
        return ExecutorStatus(ready=True, workers=1, busy=0, waiting=0, restarts=0)

    async def close(self) -> None:
        pass
