"""API keys: made, hashed at rest, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NewType
from urllib.parse import quote

from mien.checks import shown
from mien.errors import OptionError, OutputError
from mien.media.staging import describe, make_folder
from mien.service.errors import NotFoundError

Owner = NewType("Owner", str)
"""Whose something is: the id of a key, or LOCAL where no key is asked for."""
LOCAL = Owner("local")

KEYS_FILE = "keys.sqlite"
_PREFIX = "mien_"
_KEY_BYTES = 32
_LONGEST_NAME = 64
_LOOK_AGAIN_S = 1.0
_BUSY_S = 10
_TABLE = """CREATE TABLE IF NOT EXISTS keys
    (name TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, created REAL NOT NULL)"""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key without the key. created: Unix seconds."""

    owner: Owner
    name: str
    created: float


@dataclass(frozen=True, slots=True)
class _Known:
    record: KeyRecord
    digest: bytes


class Keys:
    """The keys in ``folder`` (``mien keys``; seen without a restart) and those given at the start.

    Reading them is quick and touches no file, but for :meth:`refresh`. A file of keys that cannot
    be read is an OutputError, never taken for one without keys.
    """

    def __init__(self, folder: Path, given: Sequence[str] = ()) -> None:
        """Raises OutputError."""
        self._path = folder / KEYS_FILE
        began = time.time()
        self._given = tuple(
            _known(f"given-{number}", _digest(key), began) for number, key in enumerate(given, 1)
        )
        self._stored: tuple[_Known, ...] = ()
        self._looked = 0.0
        self.refresh()

    @property
    def required(self) -> bool:
        """Whether there is any key, so that callers must show one."""
        return bool(self._given or self._stored)

    @property
    def stale(self) -> bool:
        """Whether it is time to :meth:`refresh`."""
        return time.monotonic() - self._looked > _LOOK_AGAIN_S

    def refresh(self) -> None:
        """Look at the file again. Blocks. Raises OutputError."""
        self._looked = time.monotonic()
        with self._told():
            if not self._path.exists():
                self._stored = ()
                return
        with self._told(), closing(self._open("ro")) as database:
            rows = database.execute("SELECT name, digest, created FROM keys ORDER BY created")
            self._stored = tuple(_known(*row) for row in rows)

    def owner_of(self, key: str) -> Owner | None:
        """Whose key this is; takes as long for a wrong one."""
        shown_digest, owner = _digest(key), None
        for known in (*self._given, *self._stored):
            if hmac.compare_digest(known.digest, shown_digest):
                owner = known.record.owner
        return owner

    def add(self, name: str) -> str:
        """A new key, which is told this once only. Raises OptionError for a name that is taken or
        unfit, OutputError."""
        if not (name.isprintable() and 0 < len(name.strip()) <= len(name) <= _LONGEST_NAME):
            problem = f"{shown(name)} is no name of 1 to {_LONGEST_NAME} printable characters"
            raise OptionError("NAME", problem)
        key = _PREFIX + secrets.token_urlsafe(_KEY_BYTES)
        self._make_file()
        with self._told(), closing(self._open("rw")) as database:
            database.execute(_TABLE)
            try:
                row = (name, _digest(key), time.time())
                database.execute("INSERT INTO keys VALUES (?, ?, ?)", row)
            except sqlite3.IntegrityError:
                problem = f"there is a key {shown(name)} already; take another name or remove it"
                raise OptionError("NAME", problem) from None
        self.refresh()
        return key

    def all(self) -> Sequence[KeyRecord]:
        """Those in the file, the oldest first."""
        return tuple(known.record for known in self._stored)

    def remove(self, name: str) -> None:
        """Raises NotFoundError, OutputError."""
        if self._path.exists():
            with self._told(), closing(self._open("rw")) as database:
                gone = database.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount
            self.refresh()
            if gone:
                return
        raise NotFoundError(f"there is no key {shown(name)}; `mien keys list` names all")

    def _make_file(self) -> None:
        """For its owner's eyes only, from the first moment on."""
        make_folder(self._path.parent)
        with self._told():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))

    def _open(self, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path.resolve()))}?mode={mode}"
        return sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None)

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(self._path, f"cannot be used as a file of keys ({error})") from None
        except OSError as error:
            raise OutputError(self._path, describe(error)) from None


def _digest(key: str) -> bytes:
    """A key is random, or chosen long by its owner: nothing slower than SHA-256 is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _known(name: str, digest: bytes, created: float) -> _Known:
    # Of the digest, so that it is the same after a restart, and not the digest, since owners are
    # names of folders.
    owner = Owner("key-" + hashlib.sha256(b"owner of " + digest).hexdigest()[:24])
    return _Known(KeyRecord(owner, name, created), digest)
