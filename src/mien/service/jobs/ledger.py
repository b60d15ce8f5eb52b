"""The book of jobs: SQLite, and one thread that alone speaks to it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from mien.errors import OptionError, OutputError
from mien.service.jobs import statements

NAME = "service.sqlite"
_LOCKED_S = 5.0
"""How long another program may hold the file."""
_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class Ledger:
    """What is written down is on the disk when the call returns."""

    def __init__(self, folder: Path) -> None:
        """Raises OptionError when the file in ``folder`` cannot be used."""
        self._thread = ThreadPoolExecutor(1, "mien-ledger")
        try:
            self._db = self._thread.submit(_open, folder).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def do(
        self,
        statement: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """One of :mod:`mien.service.jobs.statements`. Raises OutputError when the file cannot be
        read or written; what it was to change is then as it was."""
        loop = asyncio.get_running_loop()
        call = partial(statement, self._db, *args, **kwargs)
        try:
            return await loop.run_in_executor(self._thread, call)
        except sqlite3.Error as error:
            _log.error("the record of jobs: %s", error)
            problem = f"{_why(error)}; the service's operator must help"
            raise OutputError("the record of jobs", problem) from None

    async def close(self) -> None:
        """The rest of the statements first."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()


def _open(folder: Path) -> sqlite3.Connection:
    file = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        db = sqlite3.connect(file, timeout=_LOCKED_S)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else _why(error)
        raise OptionError("--data-dir", f"{folder} cannot be used ({reason})") from None
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        version = statements.prepare(db)
    except sqlite3.Error as error:
        db.close()
        problem = f"{_why(error)}; put it right or move it away, and with it its jobs"
        raise OptionError("--data-dir", f"{file}: {problem}") from None
    if version != statements.VERSION:
        db.close()
        raise OptionError("--data-dir", f"{file} was made by a newer Mien; use that one")
    return db


def _why(error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
        case ["FULL"]:
            return "there is no room on the disk"
        case ["CORRUPT"] | ["NOTADB"]:
            return "the file is damaged"
        case ["BUSY"] | ["LOCKED"]:
            return "another program holds the file"
        case ["READONLY"] | ["PERM"] | ["CANTOPEN"]:
            return "the file cannot be written"
        case _:
            return str(error)
