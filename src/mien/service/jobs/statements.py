"""What is said to the database: functions of a connection, each one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mien.service.jobs.record import JobProgress, JobRecord
from mien.service.security.keys import Owner

VERSION = 2
"""Of the tables, as ``PRAGMA user_version``."""
_COLUMNS = (
    "id", "owner", "kind", "request", "files", "state", "created", "started", "ended", "deaths",
    "crashes", "problem", "result_key", "result_type", "result_name", "report", "progress", "used",
)  # fmt: skip
_JSON = frozenset({"request", "files", "problem", "report", "progress"})
_ALL = ", ".join(_COLUMNS)
_BRIEFLY = _ALL.replace("request,", "'{}',")
"""Without what was asked, which may be long."""
_MOST_ENDED = 1000
"""Jobs that have ended and are remembered, of one owner."""
_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    files TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    deaths INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    problem TEXT,
    result_key TEXT,
    result_type TEXT,
    result_name TEXT,
    report TEXT,
    progress TEXT NOT NULL,
    used REAL,
    idempotency_key TEXT,
    fingerprint TEXT
);
CREATE INDEX IF NOT EXISTS jobs_of_owner ON jobs (owner, number);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs (owner, idempotency_key);
"""


_FROM_1 = "ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;"


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a request the same as an earlier one: the caller's key; what was asked,
    hashed; and since when keys count (Unix seconds)."""

    key: str
    fingerprint: str
    since: float


def prepare(db: sqlite3.Connection) -> int:
    """Make the tables where there are none; the version of those that there are."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    steps = {0: _TABLES, 1: _FROM_1}.get(version)
    if steps is not None:
        db.executescript(f"BEGIN; {steps} PRAGMA user_version = {VERSION}; COMMIT;")
        version = VERSION
    return int(version)


def add(db: sqlite3.Connection, record: JobRecord, once: Once | None) -> None:
    """A new job. Of those of its owner that have ended, the oldest are forgotten; results that no
    job knows go in time."""
    names = [*_COLUMNS, "idempotency_key", "fingerprint"]
    values = [*_values(record), once and once.key, once and once.fingerprint]
    marks = ", ".join("?" for _ in names)
    with db:
        db.execute(f"INSERT INTO jobs ({', '.join(names)}) VALUES ({marks})", values)
        db.execute(
            "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE owner = ? AND"
            " ended IS NOT NULL ORDER BY number DESC LIMIT -1 OFFSET ?)",
            (record.owner, _MOST_ENDED),
        )


def same(db: sqlite3.Connection, owner: Owner, once: Once) -> tuple[JobRecord, str] | None:
    """The job that was asked for with this key, and its fingerprint."""
    row = db.execute(
        f"SELECT {_ALL}, fingerprint FROM jobs WHERE owner = ? AND idempotency_key = ?"
        " AND created > ? ORDER BY number DESC LIMIT 1",
        (owner, once.key, once.since),
    ).fetchone()
    return None if row is None else (_record(row[:-1]), row[-1])


def change(db: sqlite3.Connection, record: JobRecord) -> None:
    """What a job has become."""
    names = ", ".join(f"{name} = ?" for name in _COLUMNS)
    with db:
        db.execute(f"UPDATE jobs SET {names} WHERE id = ?", [*_values(record), record.id])


def find(db: sqlite3.Connection, owner: Owner, id: str) -> JobRecord | None:
    """A job of this owner."""
    row = db.execute(f"SELECT {_ALL} FROM jobs WHERE id = ? AND owner = ?", (id, owner)).fetchone()
    return None if row is None else _record(row)


def newest(db: sqlite3.Connection, owner: Owner, limit: int) -> Sequence[JobRecord]:
    """The last ones of this owner, the newest first, without their requests."""
    rows = db.execute(
        f"SELECT {_BRIEFLY} FROM jobs WHERE owner = ? ORDER BY number DESC LIMIT ?", (owner, limit)
    )
    return [_record(row) for row in rows]


def take_up(db: sqlite3.Connection) -> Sequence[JobRecord]:
    """What an earlier run has not ended, in the order in which it came; all of it waits now.
    What was still running ended with the service itself. Writes nothing: a service must start on a
    full disk, too."""
    rows = db.execute(
        f"SELECT {_ALL} FROM jobs WHERE state IN ('queued', 'running') ORDER BY number"
    )
    return [_taken_up(_record(row)) for row in rows]


def forget_old(db: sqlite3.Connection, moment: float) -> None:
    """Jobs that ended before this moment, and whose results, if any, were not used since."""
    with db:
        db.execute("DELETE FROM jobs WHERE coalesce(used, ended) < ?", (moment,))


def last_uses(db: sqlite3.Connection) -> dict[str, tuple[str, float]]:
    """Of every result there is: the job's id, and when it was last used, by the result's key."""
    rows = db.execute(
        "SELECT result_key, id, coalesce(used, ended) FROM jobs"
        " WHERE result_key IS NOT NULL AND ended IS NOT NULL"
    )
    return {key: (id, used) for key, id, used in rows}


def forget(db: sqlite3.Connection, ids: Sequence[str]) -> None:
    """These jobs never were."""
    with db:
        db.executemany("DELETE FROM jobs WHERE id = ?", [(id,) for id in ids])


def note_use(db: sqlite3.Connection, id: str, moment: float) -> None:
    """The result was asked for."""
    with db:
        db.execute("UPDATE jobs SET used = ? WHERE id = ?", (moment, id))


def _taken_up(record: JobRecord) -> JobRecord:
    crashes = record.crashes + (record.state == "running")
    return replace(record, state="queued", started=None, progress=JobProgress(), crashes=crashes)


def _values(record: JobRecord) -> list[Any]:
    return [_written(name, getattr(record, name)) for name in _COLUMNS]


def _written(name: str, value: Any) -> Any:
    if name == "progress":
        return json.dumps(asdict(value))
    return json.dumps(value) if name in _JSON and value is not None else value


def _record(row: Sequence[Any]) -> JobRecord:
    facts = {
        name: json.loads(value) if name in _JSON and value is not None else value
        for name, value in zip(_COLUMNS, row, strict=True)
    }
    return JobRecord(**facts | {"progress": JobProgress(**facts["progress"])})
