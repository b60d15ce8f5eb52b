"""Small work for executors. Importable where they run it: tests put this folder on sys.path."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.errors import NoFaceError
from mien.pipeline.keeping import Keeper
from mien.types import Progress, ProgressCallback


@dataclass(frozen=True)
class Answering:
    """Returns a value, and the process that did it."""

    value: Any = None
    key: str | None = None

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[Any, int]:
        return self.value, os.getpid()


@dataclass(frozen=True)
class Waiting:
    """Says that it has begun by making a file, then works until another one is there."""

    folder: Path
    name: str = "task"

    def run(self, keeper: Keeper, progress: ProgressCallback) -> str:
        begun, finish = self.begun, self.folder / f"{self.name}.finish"
        done = 0
        begun.write_text(str(os.getpid()))
        try:
            while not finish.exists():
                done += 1
                progress(Progress(done, None))
                time.sleep(0.005)
        finally:
            (self.folder / f"{self.name}.ended").touch()
        return self.name

    @property
    def begun(self) -> Path:
        return self.folder / f"{self.name}.begun"

    def finish(self) -> None:
        (self.folder / f"{self.name}.finish").touch()

    def ended(self) -> bool:
        return (self.folder / f"{self.name}.ended").exists()


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
    """Raises what was meant, or what was not."""

    meant: bool

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        if self.meant:
            raise NoFaceError("me.jpg", "no face was found")
        raise KeyError("a fault in the code")


@dataclass(frozen=True)
class Ending:
    """Ends its process: by a signal, or with a status."""

    by: signal.Signals | None = None
    status: int = 3

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        if self.by is not None:
            os.kill(os.getpid(), self.by)
            time.sleep(60)
        sys.exit(self.status)


@dataclass(frozen=True)
class Hanging:
    """Says that it has begun, then hangs in native code; ``locked``: and keeps the interpreter's
    lock."""

    begun: Path
    locked: bool = False

    def run(self, keeper: Keeper, progress: ProgressCallback) -> None:
        self.begun.write_text(str(os.getpid()))
        if self.locked:
            ctypes.PyDLL(None).sleep(600)
        ctypes.CDLL(None).sleep(600)


@dataclass(frozen=True)
class Unsendable:
    """Comes to something that cannot be pickled."""

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Any:
        return re.finditer("a", "a")


@dataclass(frozen=True)
class EndingOnce:
    """Ends its process as long as a file is there; ``keep`` leaves it there."""

    trap: Path
    keep: bool = False

    def run(self, keeper: Keeper, progress: ProgressCallback) -> int:
        if self.trap.exists():
            if not self.keep:
                self.trap.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)
        return os.getpid()
