"""One service for one folder of data."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mien.errors import OptionError


@contextmanager
def folder_locked(folder: Path) -> Generator[None]:
    """While the body runs, no other service uses this folder. However the process ends, the lock
    ends with it. Raises OptionError when another one has it."""
    file = folder / "service.lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = f"{folder} cannot be used ({error.strerror})"
        raise OptionError("--data-dir", problem) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            problem = f"{folder} is used by another mien serve (process {owner or 'unknown'})"
            raise OptionError("--data-dir", problem) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
