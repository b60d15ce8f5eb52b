"""Where work runs: the one contract of ``inline`` and ``process``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from mien.pipeline.keeping import Keeper
from mien.types import ProgressCallback

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

Lane = Literal["quick", "look", "long"]
"""``quick``: stills, somebody is waiting. ``look``: at films and sounds that were sent, which may
hang their decoders; they take half of the workers at most, or the only one that is left. ``long``:
jobs; they never take the last worker."""


class Task(Protocol[R_co]):
    """Something to do. Picklable, and so is what comes of it."""

    def run(self, keeper: Keeper, progress: ProgressCallback) -> R_co:
        """Do it, in a process that is not the server's. ``keeper``: the engines and prepared
        portraits of that process. ``progress``: called often; what it raises ends the work."""
        ...


@dataclass(frozen=True, slots=True)
class KeeperLimits:
    """Memory of one worker for what it keeps, in millions of bytes."""

    engine_memory_mb: int
    portrait_memory_mb: int

    def keeper(self) -> Keeper:
        """An empty one."""
        return Keeper(
            engine_memory_mb=self.engine_memory_mb, portrait_memory_mb=self.portrait_memory_mb
        )


@dataclass(frozen=True, slots=True)
class ExecutorStatus:
    """ready: a worker is warm. workers: how many there are. busy: of them at work.
    waiting: tasks that no worker has taken yet. restarts: workers that had to be replaced."""

    ready: bool
    workers: int
    busy: int
    waiting: int
    restarts: int


class Executor(Protocol):
    """Runs tasks elsewhere. Used from one event loop."""

    async def start(self, warm: Task[R]) -> R:
        """Start the workers and let each run ``warm``; what came of it where it was first done.
        The others begin then. Raises what ``warm`` raises, WorkerLostError when no process lives
        long enough; nothing runs after that."""
        ...

    async def run(
        self,
        task: Task[R],
        *,
        lane: Lane,
        on_progress: Callable[..., None] | None = None,
        owner: str = "",
    ) -> R:
        """What comes of the task. Cancelling this coroutine ends the work within a frame, and
        before it returns. owner: who asks; those who wait take turns.

        Raises what the task raises; WorkerLostError when its process ended; BusyError when too
        many wait.
        """
        ...

    @property
    def status(self) -> ExecutorStatus: ...

    async def close(self) -> None:
        """End all work and all processes."""
        ...
