"""Jobs from being asked for to being forgotten; the work itself is done by hand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fakes.hand_executor import HandExecutor, Work
from mien.errors import NoFaceError
from mien.service.errors import BusyError, NotFoundError, ReusedKeyError, TooManyError
from mien.service.jobs import statements
from mien.service.jobs.jobs import Jobs
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.opening import open_jobs
from mien.service.jobs.record import JobRecord
from mien.service.observing import Metrics
from mien.service.security.keys import Owner
from mien.service.settings import ServiceSettings
from mien.service.store.results import ResultStore
from mien.service.tasks.jobs import JobOutcome, JobRequest
from mien.service.uploads.limits import upload_limits
from mien.service.uploads.uploads import Uploads

pytestmark = pytest.mark.unit

A, B = Owner("a"), Owner("b")
REQUEST = JobRequest("animate", {"driving": "idle:natural"}, {})


@dataclass
class Office:
    """Jobs with all that they need, in a folder."""

    folder: Path
    jobs: Jobs
    executor: HandExecutor
    store: ResultStore
    metrics: Metrics

    async def ask(self, owner: Owner = A, **words: Any) -> JobRecord:
        return await self.jobs.submit(owner, REQUEST, **words)

    async def content(self, record: JobRecord) -> bytes:
        assert record.result_key is not None
        return b"".join([chunk async for chunk in self.store.read(record.result_key)])

    @property
    def scratch(self) -> list[Path]:
        return [path for path in (self.folder / "scratch").glob("*") if path.is_dir()]


@asynccontextmanager
async def office(
    folder: Path, *, workers: int = 3, start: bool = True, **settings: Any
) -> AsyncGenerator[Office]:
    said = ServiceSettings(data_dir=str(folder), **settings)
    executor, metrics = HandExecutor(workers), Metrics()
    store = ResultStore.open(str(folder / "results"))
    uploads = Uploads(folder / "uploads", upload_limits(said), executor)
    jobs = open_jobs(said, executor, store, uploads, metrics)
    await jobs.open()
    if start:
        await jobs.start()
    try:
        yield Office(folder, jobs, executor, store, metrics)
    finally:
        await jobs.close()


def run(check: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await check()

    asyncio.run(asyncio.wait_for(whole(), 30))


def test_a_job_is_done_and_its_result_kept(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            assert asked.state == "queued"
            work = await it.executor.work(0)
            work.progress(1, 2)
            assert (await it.jobs.find(A, asked.id)).state == "running"
            work.progress(2, 2)
            work.finish(b"a whole film")
            done = await it.jobs.wait(A, asked.id)
            assert done.state == "succeeded"
            assert (done.progress.done, done.progress.total, done.report) == (2, 2, {"frames": 1})
            assert done.created <= (done.started or 0) <= (done.ended or 0)
            assert await it.content(done) == b"a whole film"
            assert await it.jobs.find(A, asked.id) == done
            assert it.scratch == []
            assert it.metrics.registry.get_sample_value(
                "mien_jobs_finished_total", {"state": "succeeded"}
            )

    run(check)


def test_events_are_numbered_and_end_with_the_job(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()

            async def follow(after: int) -> list[tuple[int, str, str]]:
                return [
                    (event.number, event.name, event.record.state)
                    async for event in it.jobs.events(A, asked.id, after)
                ]

            early = asyncio.create_task(follow(0))
            work = await it.executor.work(0)
            work.progress(2, 2)
            work.finish()
            expected = [
                (1, "state", "queued"), (2, "state", "running"), (3, "progress", "running"),
                (4, "state", "succeeded"),
            ]  # fmt: skip
            assert await early == expected
            assert await follow(0) == expected
            assert await follow(2) == expected[2:]
            done = await it.jobs.find(A, asked.id)
            assert it.jobs.all_told(done, 4)
            assert not it.jobs.all_told(done, 3)
        async with office(tmp_path) as it:
            assert await follow(2) == [(3, "state", "succeeded")]

    run(check)


def test_what_is_somebody_elses_is_not_there(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask(A)
            for look in (it.jobs.find, it.jobs.cancel, it.jobs.wait):
                with pytest.raises(NotFoundError):
                    await look(B, asked.id)
            with pytest.raises(NotFoundError):
                await anext(it.jobs.events(B, asked.id))
            assert await it.jobs.list(B) == []
            assert [each.id for each in await it.jobs.list(A)] == [asked.id]

    run(check)


def test_the_newest_are_listed_first(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False) as it:
            asked = [(await it.ask()).id for _ in range(4)]
            assert [each.id for each in await it.jobs.list(A, 3)] == asked[:0:-1]

    run(check)


def test_as_many_run_as_there_are_workers_but_one(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, workers=3) as it:
            asked = [await it.ask() for _ in range(3)]
            await it.executor.work(1)
            assert [(await it.jobs.find(A, each.id)).state for each in asked][2] == "queued"
            assert it.jobs.num_waiting == 1
            (await it.executor.work(0)).finish()
            await it.executor.work(2)
            assert it.jobs.num_waiting == 0

    run(check)


def test_a_key_with_the_same_request_is_the_same_job_also_after_a_restart(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, jobs_per_key=1) as it:
            first = await it.ask(idempotency_key="k")
            again = await asyncio.gather(*(it.ask(idempotency_key="k") for _ in range(5)))
            assert {each.id for each in again} == {first.id}
            with pytest.raises(ReusedKeyError):
                await it.jobs.submit(A, replace(REQUEST, kind="talk"), idempotency_key="k")
            assert (await it.ask(B, idempotency_key="k")).id != first.id
        async with office(tmp_path) as it:
            assert (await it.ask(idempotency_key="k")).id == first.id
            assert (await it.ask(idempotency_key="other")).id != first.id

    run(check)


def test_who_asks_for_too_much_is_refused_and_others_are_not(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False, jobs_per_key=2, queue_size=3) as it:
            await it.ask(A)
            await it.ask(A)
            with pytest.raises(TooManyError):
                await it.ask(A)
            await it.ask(B)
            with pytest.raises(BusyError):
                await it.ask(B)
            assert len(await it.jobs.list(A)) == 2

    run(check)


def test_one_that_waits_is_cancelled_without_being_begun(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False) as it:
            asked = await it.ask()
            assert (await it.jobs.cancel(A, asked.id)).state == "cancelled"
            await it.jobs.start()
            other = await it.ask()
            assert (await it.executor.work(0)).task.folder.name.startswith(other.id)

    run(check)


def test_one_that_runs_is_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, workers=2) as it:
            asked, other = await it.ask(), await it.ask()
            work = await it.executor.work(0)
            cancelled = await asyncio.gather(*(it.jobs.cancel(A, asked.id) for _ in range(3)))
            assert {each.state for each in cancelled} == {"cancelled"}
            assert work.outcome.cancelled()
            assert not work.task.folder.exists()
            assert (await it.executor.work(1)).task.folder.name.startswith(other.id)

    run(check)


def test_one_that_has_just_been_begun_is_cancelled_too(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            assert it.executor.works == []
            assert (await it.jobs.cancel(A, asked.id)).state == "cancelled"
            await it.ask()
            assert len(it.executor.works) <= 1

    run(check)


def test_one_that_has_ended_is_forgotten_with_its_result(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            (await it.executor.work(0)).finish()
            done = await it.jobs.wait(A, asked.id)
            assert await it.jobs.cancel(A, asked.id) == done
            with pytest.raises(NotFoundError):
                await it.jobs.find(A, asked.id)
            with pytest.raises(NotFoundError):
                await it.content(done)
            assert await it.jobs.list(A) == []

    run(check)


def test_a_failure_is_told_with_its_reason(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            ours, fault = await it.ask(), await it.ask()
            (await it.executor.work(0)).fail(NoFaceError("/secret/place/me.png", "shows no face"))
            (await it.executor.work(1)).fail(RuntimeError("secret"))
            problem = (await it.jobs.wait(A, ours.id)).problem
            detail = "me.png: shows no face"
            assert problem == {"status": 422, "code": "no-face", "detail": detail}
            failed = await it.jobs.wait(A, fault.id)
            assert failed.problem is not None
            assert failed.problem["status"] == 500
            assert "secret" not in failed.problem["detail"]
            assert it.scratch == []

    run(check)


def test_a_job_outlives_one_worker(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            first = await it.executor.work(0)
            first.progress(5, 9)
            first.die()
            second = await it.executor.work(1)
            assert not first.task.folder.exists()
            assert (await it.jobs.find(A, asked.id)).deaths == 1
            second.finish()
            assert (await it.jobs.wait(A, asked.id)).state == "succeeded"

    run(check)


def test_a_job_that_ends_two_workers_has_failed(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            (await it.executor.work(0)).die()
            (await it.executor.work(1)).die()
            failed = await it.jobs.wait(A, asked.id)
            assert failed.state == "failed"
            assert failed.problem is not None
            assert failed.problem["code"] == "worker-lost"
            assert "signal 9" in failed.problem["detail"]
            assert "2 times" in failed.problem["detail"]
            assert it.scratch == []

    run(check)


def test_deaths_before_and_after_a_restart_count_together(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            (await it.executor.work(0)).die()
            await it.executor.work(1)
        async with office(tmp_path) as it:
            (await it.executor.work(0)).die()
            assert (await it.jobs.wait(A, asked.id)).state == "failed"

    run(check)


def test_what_was_not_done_is_done_after_a_restart_in_its_order(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, workers=2) as it:
            asked = [await it.ask() for _ in range(3)]
            (await it.executor.work(0)).progress(1, 2)
        (tmp_path / "scratch/left").mkdir(parents=True)
        async with office(tmp_path, workers=2) as it:
            assert it.scratch != [tmp_path / "scratch/left"]
            for number, job in enumerate(asked):
                work = await it.executor.work(number)
                assert work.task.folder.name.startswith(job.id)
                work.finish()
            assert (await it.jobs.wait(A, asked[2].id)).state == "succeeded"

    run(check)


def test_a_result_put_before_the_crash_is_put_again(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            (await it.executor.work(0)).finish(b"first")
            done = await it.jobs.wait(A, asked.id)
            await it.jobs._ledger.do(statements.change, replace(asked, state="running"))
        async with office(tmp_path) as it:
            (await it.executor.work(0)).finish(b"second")
            again = await it.jobs.wait(A, asked.id)
            assert again.result_key == done.result_key
            assert await it.content(again) == b"second"

    run(check)


def test_a_drain_lets_what_runs_end(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, workers=2) as it:
            runs, waits = await it.ask(), await it.ask()
            work = await it.executor.work(0)
            follower = asyncio.create_task(last(it.jobs, waits))
            draining = asyncio.create_task(it.jobs.drain(20))
            assert (await follower).state == "queued"
            with pytest.raises(BusyError, match="being stopped"):
                await it.ask()
            work.finish()
            await draining
            assert (await it.jobs.find(A, runs.id)).state == "succeeded"
            assert len(it.executor.works) == 1
            with pytest.raises(BusyError):
                await it.jobs.wait(A, waits.id)

    run(check)


def test_a_drain_ends_what_takes_too_long_and_its_followers(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            work = await it.executor.work(0)
            follower = asyncio.create_task(last(it.jobs, asked))
            await it.jobs.drain(0)
            assert work.outcome.cancelled()
            assert (await follower).state == "queued"
            assert it.scratch == []
        async with office(tmp_path) as it:
            (await it.executor.work(0)).finish()
            assert (await it.jobs.wait(A, asked.id)).state == "succeeded"

    run(check)


def test_a_store_that_takes_nothing_fails_the_job_and_not_the_service(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            shutil.rmtree(tmp_path / "results")
            (tmp_path / "results").touch()
            asked = await it.ask()
            (await it.executor.work(0)).finish()
            failed = await it.jobs.wait(A, asked.id)
            assert failed.problem is not None
            assert failed.problem["status"] == 507
            assert str(tmp_path) not in failed.problem["detail"]
            assert it.scratch == []
            (tmp_path / "results").unlink()
            asked = await it.ask()
            (await it.executor.work(1)).finish()
            assert (await it.jobs.wait(A, asked.id)).state == "succeeded"

    run(check)


def test_what_cannot_be_written_down_holds_and_is_written_later(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            first = await it.ask()
            work = await it.executor.work(0)
            await it.jobs._ledger.do(lambda db: db.execute("PRAGMA query_only = 1"))
            work.finish()
            done = await it.jobs.wait(A, first.id)
            assert done.state == "succeeded"
            assert await it.jobs.find(A, first.id) == done
            assert (await it.jobs.list(A))[0] == done
            await it.jobs._ledger.do(lambda db: db.execute("PRAGMA query_only = 0"))
            await it.ask()
            (await it.executor.work(1)).finish()
            await it.jobs.wait(A, (await it.jobs.list(A))[0].id)
            assert await it.jobs._ledger.do(statements.find, A, first.id) == done

    run(check)


def test_a_cancellation_that_comes_too_late_keeps_the_result(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            work = await it.executor.work(0)
            putting, go_on = asyncio.Event(), asyncio.Event()
            put = it.store.put

            async def slow_put(key: str, content: Any) -> Any:
                putting.set()
                await go_on.wait()
                return await put(key, content)

            it.store.put = slow_put  # type: ignore[method-assign]
            work.finish(b"whole")
            await putting.wait()
            cancelling = asyncio.create_task(it.jobs.cancel(A, asked.id))
            await asyncio.sleep(0)
            go_on.set()
            kept = await cancelling
            assert kept.state == "succeeded"
            assert await it.content(kept) == b"whole"

    run(check)


def test_a_folder_of_data_can_be_moved_between_two_runs(tmp_path: Path) -> None:
    async def check() -> None:
        here, there = tmp_path / "here", tmp_path / "there"
        async with office(here, start=False) as it:
            upload = here / "uploads/a/1.png"
            upload.parent.mkdir(parents=True)
            upload.write_bytes(b"a face")
            await it.jobs.submit(A, JobRequest("edit", {"source": "1"}, {"1": str(upload)}))
        here.rename(there)
        async with office(there) as it:
            work: Work = await it.executor.work(0)
            file = Path(work.task.request.files["1"])
            assert file.is_relative_to(there)
            assert file.read_bytes() == b"a face"

    run(check)


def test_an_upload_that_is_deleted_stays_for_the_jobs_that_wait_for_it(tmp_path: Path) -> None:
    async def check() -> None:
        upload = tmp_path / "1.png"
        upload.write_bytes(b"a face")
        files = {"1": str(upload)}
        async with office(tmp_path, start=False) as it:
            asked = await it.jobs.submit(A, JobRequest("edit", {"source": "1"}, files))
            upload.unlink()
            with pytest.raises(NotFoundError):
                await it.jobs.submit(A, JobRequest("edit", {"source": "1"}, files))
        async with office(tmp_path) as it:
            work = await it.executor.work(0)
            assert Path(work.task.request.files["1"]).read_bytes() == b"a face"
            work.finish()
            await it.jobs.wait(A, asked.id)
        assert list((tmp_path / "jobs").iterdir()) == []

    run(check)


def test_one_that_was_interrupted_can_still_be_cancelled(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            asked = await it.ask()
            await it.executor.work(0)
            await it.jobs.drain(0)
            assert (await it.jobs.cancel(A, asked.id)).state == "cancelled"
        async with office(tmp_path) as it:
            assert (await it.jobs.find(A, asked.id)).state == "cancelled"
            assert it.jobs.num_waiting == 0

    run(check)


def test_a_report_that_cannot_be_written_fails_the_job_alone(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, workers=2) as it:
            asked, other = await it.ask(), await it.ask()
            work = await it.executor.work(0)
            (work.task.folder / "film.mp4").write_bytes(b"film")
            outcome = JobOutcome(work.task.folder / "film.mp4", "video/mp4", "f", {"what": set()})
            work.outcome.set_result(outcome)
            assert (await it.jobs.wait(A, asked.id)).state == "failed"
            (await it.executor.work(1)).finish()
            assert (await it.jobs.wait(A, other.id)).state == "succeeded"

    run(check)


def test_what_was_written_late_is_not_older_than_what_was_written_since(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path) as it:
            ledger = it.jobs._ledger
            first, second = await it.ask(), await it.ask()
            works = [await it.executor.work(number) for number in range(2)]
            await ledger.do(lambda db: db.execute("PRAGMA query_only = 1"))
            for work in works:
                work.die()
            again = [await it.executor.work(number) for number in (2, 3)]
            await ledger.do(lambda db: db.execute("PRAGMA query_only = 0"))
            for work in again:
                work.finish()
            for asked in (first, second):
                done = await it.jobs.wait(A, asked.id)
                assert await ledger.do(statements.find, A, asked.id) == done

    run(check)


def test_one_that_ends_the_service_again_and_again_is_given_up(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False) as it:
            asked = await it.ask()
        for crashes in range(3):
            async with office(tmp_path) as it:
                await it.executor.work(0)
                running = await it.jobs.find(A, asked.id)
                assert (running.state, running.crashes) == ("running", crashes)
            ledger = Ledger(tmp_path)
            await ledger.do(statements.change, running)  # as if the process had been killed
            await ledger.close()
        async with office(tmp_path) as it:
            failed = await it.jobs.find(A, asked.id)
            assert failed.state == "failed"
            assert failed.problem is not None
            assert "3 times" in failed.problem["detail"]

    run(check)


def test_what_a_caller_waited_for_is_done_for_nobody_after_a_restart(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False) as it:
            asked = await it.jobs.submit(A, JobRequest("predict", {}, {}))
        async with office(tmp_path) as it:
            assert (await it.jobs.find(A, asked.id)).state == "cancelled"
            assert it.jobs.num_waiting == 0

    run(check)


def test_lists_events_and_cancelled_jobs_do_without_the_request(tmp_path: Path) -> None:
    async def check() -> None:
        async with office(tmp_path, start=False) as it:
            asked = await it.ask()
            assert (await it.jobs.find(A, asked.id)).request == REQUEST.options
            event = await anext(it.jobs.events(A, asked.id))
            assert event.record.request == {}
            await it.jobs.cancel(A, asked.id)
            assert (await it.jobs.find(A, asked.id)).request == {}
            assert [each.request for each in await it.jobs.list(A)] == [{}]

    run(check)


async def last(jobs: Jobs, record: JobRecord) -> JobRecord:
    """As the last event shows it."""
    return [event async for event in jobs.events(record.owner, record.id)][-1].record
