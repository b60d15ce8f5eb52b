"""What is deleted when."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.hand_executor import HandExecutor
from mien.service.clock import Clock
from mien.service.jobs import statements
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.record import JobRecord
from mien.service.jobs.retention import Kept, Retention, too_old_or_too_much
from mien.service.security.keys import Owner
from mien.service.settings import ServiceSettings
from mien.service.store.results import ResultStore
from mien.service.uploads.limits import upload_limits
from mien.service.uploads.uploads import Uploads

pytestmark = pytest.mark.unit

A = Owner("a")
HOUR = 3600.0
ID = "a" * 64


@dataclass
class Place:
    """A service's folder, and what tidies it."""

    folder: Path
    ledger: Ledger
    store: ResultStore
    retention: Retention

    async def result(self, id: str, hours_ago: float, size: int = 10) -> None:
        key = f"results/a/{id}.mp4"
        await self.store.put(key, bytes(size))
        then = time.time() - hours_ago * HOUR
        job = JobRecord(id, A, "animate", {}, "succeeded", then, then, then, result_key=key)
        await self.ledger.do(statements.add, job, None)

    async def output(self, name: str, hours_ago: float, size: int = 10) -> None:
        await self.store.put(f"outputs/a/{name}", bytes(size))
        _age(self.folder / "results/outputs/a" / name, hours_ago)

    def upload(self, id: str, hours_ago: float, size: int = 10) -> None:
        folder = self.folder / "uploads/a"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{id}.png").write_bytes(bytes(size))
        facts = '{"kind": "picture", "extension": ".png", "size": 1, "media_type": "image/png",'
        facts += '"name": "a", "facts": {}, "created": 0}'
        (folder / f"{id}.json").write_text(facts)
        for path in folder.glob(f"{id}.*"):
            _age(path, hours_ago)

    async def names(self) -> set[str]:
        stored = {
            each.key for place in ("results", "outputs") async for each in self.store.list(place)
        }
        sent = {path.name for path in self.folder.glob("uploads/a/*.png")}
        return {Path(key).name for key in stored} | sent


def _age(path: Path, hours: float) -> None:
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


def tidy(
    folder: Path,
    check: Callable[[Place], Awaitable[None]],
    *,
    max_bytes: int = 10**9,
    clock: Clock | None = None,
) -> None:
    async def whole() -> None:
        ledger, store = Ledger(folder), ResultStore.open(str(folder / "results"))
        limits = upload_limits(ServiceSettings())
        uploads = Uploads(folder / "uploads", limits, HandExecutor())
        retention = Retention(
            ledger, store, uploads, folder / "uploads", clock or Clock(),
            max_age_s=24 * HOUR, max_bytes=max_bytes,
        )  # fmt: skip
        try:
            await check(Place(folder, ledger, store, retention))
        finally:
            await ledger.close()

    asyncio.run(whole())


def test_what_is_old_goes_and_what_is_not_stays(tmp_path: Path) -> None:
    async def check(place: Place) -> None:
        await place.result("old", 25)
        await place.result("new", 23)
        await place.output("old.png", 25)
        await place.output("new.png", 23)
        place.upload(ID, 25)
        place.upload("b" * 64, 23)
        await place.retention.clean_up([])
        assert await place.names() == {"new.mp4", "new.png", "b" * 64 + ".png"}
        assert [each.id for each in await place.ledger.do(statements.newest, A, 9)] == ["new"]
        assert sorted(path.name[0] for path in (tmp_path / "uploads/a").iterdir()) == ["b", "b"]

    tidy(tmp_path, check)


def test_a_result_that_was_asked_for_lately_stays(tmp_path: Path) -> None:
    async def check(place: Place) -> None:
        await place.result("old", 25)
        await place.ledger.do(statements.note_use, "old", time.time() - HOUR)
        await place.retention.clean_up([])
        assert await place.names() == {"old.mp4"}

    tidy(tmp_path, check)


def test_what_is_too_much_goes_the_oldest_first(tmp_path: Path) -> None:
    async def check(place: Place) -> None:
        await place.result("first", 4, 1000)
        place.upload(ID, 3, 1000)
        await place.output("third.png", 2, 1000)
        await place.result("fourth", 1, 1000)
        await place.retention.clean_up([])
        assert await place.names() == {"third.png", "fourth.mp4"}

    tidy(tmp_path, check, max_bytes=2900)


def test_failed_jobs_are_forgotten_in_time(tmp_path: Path) -> None:
    async def check(place: Place) -> None:
        for id, hours in (("old", 25), ("new", 1)):
            then = time.time() - hours * HOUR
            job = JobRecord(id, A, "edit", {}, "failed", then, ended=then)
            await place.ledger.do(statements.add, job, None)
        await place.ledger.do(
            statements.add, JobRecord("waits", A, "edit", {}, "queued", 0.0), None
        )
        await place.retention.clean_up([])
        assert [each.id for each in await place.ledger.do(statements.newest, A, 9)] == [
            "waits", "new",
        ]  # fmt: skip

    tidy(tmp_path, check)


@pytest.mark.parametrize("jump_h", [100.0, -100.0])
def test_a_clock_that_was_set_deletes_nothing(tmp_path: Path, jump_h: float) -> None:
    jumps = [0.0]
    clock = Clock(lambda: time.time() + jumps[0])

    async def check(place: Place) -> None:
        await place.result("before", 1)
        place.upload(ID, 1)
        jumps[0] = jump_h * HOUR
        await place.output("after.png", 1 - jump_h)
        await place.retention.clean_up([])
        assert await place.names() == {"before.mp4", "after.png", ID + ".png"}

    tidy(tmp_path, check, clock=clock)


def test_results_that_no_job_knows_go_in_time(tmp_path: Path) -> None:
    async def check(place: Place) -> None:
        await place.store.put("results/a/stray.mp4", b"x")
        await place.retention.clean_up([])
        assert await place.names() == {"stray.mp4"}
        _age(tmp_path / "results/results/a/stray.mp4", 25)
        await place.retention.clean_up([])
        assert await place.names() == set()

    tidy(tmp_path, check)


def test_who_holds_most_makes_room() -> None:
    little = [Kept("old", Owner("b"), 10, 20.0), Kept("older", Owner("b"), 10, 21.0)]
    much = [Kept(str(age), A, 30, float(age)) for age in range(4)]
    goes = too_old_or_too_much([*little, *much], max_age_s=30, max_bytes=85)
    assert [thing.name for thing in goes] == ["3", "2"]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(-10, 30)), max_size=30),
    st.integers(0, 300),
)
def test_what_stays_is_young_and_fits_and_nothing_goes_without_need(
    things: list[tuple[int, float]], most: int
) -> None:
    all_of_them = [Kept(str(n), A, size, age) for n, (size, age) in enumerate(things)]
    goes = too_old_or_too_much(all_of_them, max_age_s=20, max_bytes=most)
    stays = [thing for thing in all_of_them if thing not in goes]
    assert all(thing.age_s <= 20 for thing in stays)
    assert sum(thing.size for thing in stays) <= most
    if goes and goes[-1].age_s <= 20:
        assert sum(thing.size for thing in stays) + goes[-1].size > most
