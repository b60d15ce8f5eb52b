"""Processes that share the frames of clips among them.

Threads gain nothing: half of a frame is Python, and they wait for each other. `multiprocessing`
would start the caller's own script again, so the processes are plain interpreters that talk over
a socket; pictures come through memory that has no name and so cannot be left behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle, islice
from math import prod
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from mien.engines import EngineSettings
from mien.errors import EngineUnavailableError
from mien.pipeline.clip.rendering import Stage
from mien.pipeline.clip.worker import Room, Scene
from mien.types import Image, Motion

_MOST = 4
"""More processes than that wait for the one that asks for frames and collects them."""
_CELLS = 3
"""Frames that each process may be ahead."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""There is a process for every core: threads of NumPy's would only wait for one."""
_DYING_S = 2.0
"""How long a process that has hung up may take to end."""
_START = "import sys; sys.path[:] = sys.argv[3:]; from mien.pipeline.clip.worker import serve; \
serve(*map(int, sys.argv[1:3]))"


@dataclass(frozen=True, slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    engine: str

    def tell(self, what: Any) -> None:
        """Raises what it raised, if it has ended with an exception before this came."""
        try:
            self.connection.send(what)
        except OSError:
            while True:  # its last words may still be on the way; after them nothing comes
                self.wait()

    def wait(self) -> None:
        """Until it has answered; raises what it raised."""
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            raise self._lost() from None
        if answer is not None:
            raise answer

    def end(self) -> None:
        self.connection.close()
        self.process.kill()  # it holds nothing that others could miss
        self.process.wait()

    def _lost(self) -> EngineUnavailableError:
        if self.connection.closed:
            return EngineUnavailableError(self.engine, "the actor was closed during a clip")
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_DYING_S)
        status = self.process.returncode
        problem = f"a process that rendered frames has ended (status {status}); is memory short?"
        return EngineUnavailableError(self.engine, problem)


class Crew:
    """As many processes as there are cores, each with an engine. They are started when they are
    first wanted and stay until they are dismissed; a clip that ends early ends them."""

    def __init__(self, engine: EngineSettings, *, parallel: bool) -> None:
        """parallel: what the engine says of itself; if it is not, there are no processes."""
        self._engine = engine
        self._size = num_workers() if parallel else 1
        self._workers: list[_Worker] = []
        self._memory: int | None = None
        self._awaited = self._busy = False

    def summon(self) -> None:
        """Start the processes unless they run, without waiting for them."""
        if self._busy:
            return
        if any(worker.process.poll() is not None for worker in self._workers):
            self.dismiss()
        if self._workers or self._size < 2:
            return
        self._awaited = True
        try:
            self._memory = _nameless_file()
            for _ in range(self._size):
                self._workers.append(_start(self._memory, self._engine))
        except (OSError, EngineUnavailableError):
            self._give_up()

    def is_free(self) -> bool:
        """Whether there are processes, and no other clip occupies them. Waits for those that have
        just been started; where none can be, there never are."""
        if self._busy or not self._workers:
            return False
        if self._awaited:
            try:
                for worker in self._workers:
                    worker.wait()
            except EngineUnavailableError:
                self._give_up()
            except BaseException:
                self.dismiss()
                raise
        self._awaited = False
        return bool(self._workers)

    def pictures(self, stage: Stage, motion_of: Callable[[int, int], Motion]) -> Generator[Image]:
        """The pictures (h, w, 3) of a clip in order, each of which is good until the next one is
        asked for.

        motion_of: every ``step``-th frame from ``first`` on, as a motion of its own. Raises what
        an engine raises, and EngineUnavailableError when a process is lost.
        """
        self._busy = True
        try:
            yield from self._in_turn(stage, motion_of)
        except BaseException:
            self.dismiss()  # what they are doing now is of no use to anybody
            raise
        finally:
            self._busy = False

    def dismiss(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.end()
        self._workers = []
        if self._memory is not None:
            os.close(self._memory)
        self._memory = None

    def _give_up(self) -> None:
        self.dismiss()
        self._size = 1

    def _in_turn(self, stage: Stage, motion_of: Callable[[int, int], Motion]) -> Generator[Image]:
        workers, step = self._workers, len(self._workers)
        motions = [motion_of(first, step) for first in range(step)]
        height, width = stage.portrait.pixels.shape[:2]
        room = Room(step, _CELLS, height, width)
        assert self._memory is not None
        os.ftruncate(self._memory, prod(room.shape))
        cells = room.open(self._memory)
        for number, (worker, motion) in enumerate(zip(workers, motions, strict=True)):
            worker.tell(Scene(stage, motion.reference, motion.rate, room, number))
        asking = _ask_in_turn(workers, motions)
        owing = deque(islice(asking, step * _CELLS))
        for number in count():
            if not owing:
                break
            owing.popleft().wait()
            yield cells[number % step, number // step % _CELLS]
            owing.extend(islice(asking, 1))
        for worker in workers:
            worker.tell(None)
        os.ftruncate(self._memory, 0)


def _ask_in_turn(workers: Sequence[_Worker], motions: Sequence[Motion]) -> Iterator[_Worker]:
    """Ask for one frame after the other until the motions end; who was asked."""
    for worker, motion in cycle(zip(workers, motions, strict=True)):
        frame = next(motion.frames, None)
        if frame is None:
            return
        worker.tell(frame)
        yield worker


def num_workers() -> int:
    """One for each core at hand, 4 at most."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(_MOST, cores))


def _start(memory: int, engine: EngineSettings) -> _Worker:
    """Another interpreter that imports from where this one does. Raises OSError where there can
    be none."""
    if os.name != "posix" or not sys.executable or getattr(sys, "frozen", False):
        raise OSError("there is no interpreter that could be started")
    ours, theirs = Pipe()
    passed = (theirs.fileno(), memory)
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *map(str, passed), *sys.path],
            env=os.environ | _ONE_THREAD,
            stdin=subprocess.DEVNULL,
            pass_fds=passed,
            start_new_session=True,  # Ctrl-C is for the process that asked
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    worker = _Worker(process, ours, engine.name)
    worker.tell(engine)
    return worker


def _nameless_file() -> int:
    """A file descriptor of memory or, where there is no such thing, of a file without a name."""
    create = getattr(os, "memfd_create", None)
    if create is not None:
        return int(create("mien-frames"))
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
