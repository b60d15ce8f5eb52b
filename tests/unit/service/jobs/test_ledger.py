"""What is written down stays, and faults of its file are told in words."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mien.errors import OptionError, OutputError
from mien.service.jobs import statements
from mien.service.jobs.ledger import NAME, Ledger
from mien.service.jobs.record import JobProgress, JobRecord
from mien.service.jobs.statements import Once
from mien.service.security.keys import Owner

pytestmark = pytest.mark.unit

A, B = Owner("a"), Owner("b")


def job(id: str, owner: Owner = A, **facts: object) -> JobRecord:
    record = JobRecord(id, owner, "animate", {"source": "ä\n"}, "queued", 100.0)
    return replace(record, **facts)  # type: ignore[arg-type]


def test_a_job_is_read_as_it_was_written_also_by_the_next_one_who_opens_it(tmp_path: Path) -> None:
    full = job(
        "1", state="failed", started=101.5, ended=102.0, deaths=1,
        problem={"status": 500, "code": "x", "detail": "y"}, result_key="results/a/1.mp4",
        result_type="video/mp4", result_name="a.mp4", report={"frames": 3},
        progress=JobProgress(1, 2, 3.0, 4.0), files={"f": "uploads/a/f.png"}, used=103.0,
    )  # fmt: skip

    async def write() -> None:
        ledger = Ledger(tmp_path)
        await ledger.do(statements.add, job("1"), None)
        await ledger.do(statements.change, full)
        await ledger.close()

    async def read() -> None:
        ledger = Ledger(tmp_path)
        assert await ledger.do(statements.find, A, "1") == full
        assert await ledger.do(statements.find, B, "1") is None
        assert await ledger.do(statements.newest, A, 5) == [replace(full, request={})]
        await ledger.close()

    asyncio.run(write())
    asyncio.run(read())


def test_what_had_not_ended_waits_again_in_its_order(tmp_path: Path) -> None:
    async def check() -> None:
        ledger = Ledger(tmp_path)
        for id, state in (("1", "running"), ("2", "succeeded"), ("3", "queued"), ("4", "running")):
            await ledger.do(statements.add, job(id, state=state, started=5.0), None)
        again = await ledger.do(statements.take_up)
        assert [(each.id, each.state) for each in again] == [
            ("1", "queued"), ("3", "queued"), ("4", "queued"),
        ]  # fmt: skip
        assert again[0].started is None
        await ledger.close()

    asyncio.run(check())


def test_a_key_finds_its_job_while_it_counts_and_for_its_owner(tmp_path: Path) -> None:
    async def check() -> None:
        ledger = Ledger(tmp_path)
        await ledger.do(statements.add, job("1"), Once("key", "print", 0))
        found = await ledger.do(statements.same, A, Once("key", "another", 50))
        assert found == (job("1"), "print")
        assert await ledger.do(statements.same, B, Once("key", "print", 50)) is None
        assert await ledger.do(statements.same, A, Once("key", "print", 100)) is None
        await ledger.close()

    asyncio.run(check())


@pytest.mark.parametrize("content", [b"not a database at all, but long enough" * 100, b"SQLite"])
def test_a_damaged_file_is_told_at_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(OptionError, match="damaged"):
        Ledger(tmp_path)
    assert (tmp_path / NAME).read_bytes() == content


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / NAME)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OptionError, match="newer Mien"):
        Ledger(tmp_path)


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match="--data-dir"):
        Ledger(tmp_path / "file")


def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path) -> None:
    async def check() -> None:
        ledger = Ledger(tmp_path)
        await ledger.do(statements.add, job("1"), None)
        await ledger.do(_limit, 1)
        with pytest.raises(OutputError, match="no room"):
            await ledger.do(statements.change, job("1", report={"words": "x" * 100_000}))
        assert await ledger.do(statements.find, A, "1") == job("1")
        await ledger.do(_limit, 10_000)
        await ledger.do(statements.change, job("1", deaths=1))
        await ledger.close()

    asyncio.run(check())


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    async def check() -> None:
        ledger = Ledger(tmp_path)
        await ledger.do(lambda db: db.execute("PRAGMA query_only = 1"))
        with pytest.raises(OutputError, match="cannot be written"):
            await ledger.do(statements.add, job("1"), None)
        await ledger.close()

    asyncio.run(check())


def test_a_file_of_an_earlier_version_is_used_on_and_read_by_its_owner_only(tmp_path: Path) -> None:
    async def check() -> None:
        ledger = Ledger(tmp_path)
        await ledger.do(statements.add, job("1"), None)
        await ledger.do(lambda db: db.execute("ALTER TABLE jobs DROP COLUMN crashes"))
        await ledger.do(lambda db: db.execute("PRAGMA user_version = 1"))
        await ledger.close()
        ledger = Ledger(tmp_path)
        assert await ledger.do(statements.find, A, "1") == job("1")
        await ledger.close()

    asyncio.run(check())
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_of_one_owner_so_many_ended_jobs_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_MOST_ENDED", 2)

    async def check() -> None:
        ledger = Ledger(tmp_path)
        for number in range(4):
            ended = job(str(number), state="cancelled", ended=1.0)
            await ledger.do(statements.add, ended, None)
        await ledger.do(statements.add, job("waits"), None)
        kept = [each.id for each in await ledger.do(statements.newest, A, 9)]
        assert kept == ["waits", "3", "2"]
        await ledger.close()

    asyncio.run(check())


def _limit(db: sqlite3.Connection, num_pages: int) -> None:
    db.execute(f"PRAGMA max_page_count = {num_pages}")
