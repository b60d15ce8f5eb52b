"""Small work for executors, of every kind that goes wrong."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.errors import NoFaceError
from mien.pipeline.keeping import Keeper
from mien.types import Progress, ProgressCallback


@dataclass(frozen=True)
class Answering:
    """Returns what it was given, and the process that did it."""

    value: Any = None
    key: str | None = None

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[Any, int]:
        return self.value, os.getpid()


@dataclass(frozen=True)
class CountingThreads:
    """How many threads OpenCV uses, and how many there are."""

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[int, int]:
        import cv2

        return cv2.getNumThreads(), threading.active_count()


@dataclass(frozen=True)
class Lasting:
    """Works until it is let finish, and tells of the number of its process; then leaves a mark,
    however it ends."""

    folder: Path
    name: str = "task"

    def run(self, keeper: Keeper, progress: ProgressCallback) -> str:
        try:
            while not self._mark("finish").exists():
                progress(Progress(os.getpid(), None))
                time.sleep(0.005)
        finally:
            self._mark("ended").touch()
        return self.name

    def finish(self) -> None:
        self._mark("finish").touch()

    @property
    def ended(self) -> bool:
        return self._mark("ended").exists()

    def _mark(self, of: str) -> Path:
        return self.folder / f"{self.name}.{of}"


@dataclass(frozen=True)
class Counting:
    """Tells of every number up to ``total``."""

    total: int

    def run(self, keeper: Keeper, progress: ProgressCallback) -> int:
        for done in range(1, self.total + 1):
            progress(Progress(done, self.total))
        return self.total


@dataclass(frozen=True)
class Failing:
    """Raises what is meant for callers, or what nobody meant."""

    meant: bool

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        if self.meant:
            raise NoFaceError("me.jpg", "no face was found")
        raise KeyError("a fault in the code")


@dataclass(frozen=True)
class Exiting:
    """Ends its process as no task should; ``busy``: while a thread of it works on."""

    status: int = 3
    busy: bool = False

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        if self.busy:
            threading.Thread(target=threading.Event().wait).start()
        sys.exit(self.status)


@dataclass(frozen=True)
class Hanging:
    """Tells of the number of its process, then hangs in native code; ``locked``: without letting
    go of the interpreter's lock."""

    locked: bool = False

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        progress(Progress(os.getpid(), None))
        library = ctypes.PyDLL(None) if self.locked else ctypes.CDLL(None)
        library.sleep(600)


@dataclass(frozen=True)
class Unsendable:
    """Comes to something that cannot be pickled."""

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Any:
        return re.finditer("a", "a")


@dataclass(frozen=True)
class Trapped:
    """Is killed as long as ``trap`` is there."""

    trap: Path

    def run(self, keeper: Keeper, progress: ProgressCallback) -> int:
        if self.trap.exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()
