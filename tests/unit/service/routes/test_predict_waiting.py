from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from mien.service.errors import ConflictError
from mien.service.jobs.jobs import Jobs
from mien.service.jobs.record import JobRecord
from mien.service.routes.predict import until_done
from mien.service.security.keys import LOCAL
from mien.service.shielding import kept
from mien.service.tasks.jobs import JobRequest

pytestmark = pytest.mark.unit

REQUEST = JobRequest("predict", {}, {})


class FakeJobs:
    """One job, which is written down when ``written`` is set and ends when ``over`` is set."""

    def __init__(self) -> None:
        self.record = JobRecord("1", LOCAL, "predict", {}, "queued", 0.0)
        self.submitting, self.written = asyncio.Event(), asyncio.Event()
        self.waiting, self.over = asyncio.Event(), asyncio.Event()
        self.cancelled: list[str] = []

    async def submit(self, owner: str, request: JobRequest) -> JobRecord:
        self.submitting.set()
        await kept(self.written.wait())
        return self.record

    async def wait(self, owner: str, id: str) -> JobRecord:
        self.waiting.set()
        await self.over.wait()
        return self.record

    async def cancel(self, owner: str, id: str) -> JobRecord:
        self.cancelled.append(id)
        return self.record


def begun(jobs: FakeJobs) -> asyncio.Task[Any]:
    return asyncio.create_task(until_done(cast(Jobs, jobs), LOCAL, REQUEST))


def test_a_job_is_waited_for() -> None:
    async def run() -> None:
        jobs = FakeJobs()
        jobs.written.set()
        jobs.over.set()
        assert await begun(jobs) is jobs.record
        assert jobs.cancelled == []

    asyncio.run(run())


@pytest.mark.parametrize("moment", ["submitting", "waiting"])
def test_a_job_whose_caller_has_gone_is_cancelled(moment: str) -> None:
    async def run() -> None:
        jobs = FakeJobs()
        task = begun(jobs)
        if moment == "waiting":
            jobs.written.set()
        await getattr(jobs, moment).wait()
        task.cancel()
        await asyncio.sleep(0)
        jobs.written.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert jobs.cancelled == ["1", "1"], "ended, then forgotten"

    asyncio.run(run())


def test_a_job_that_somebody_else_cancelled_is_a_conflict() -> None:
    async def run() -> None:
        jobs = FakeJobs()
        jobs.record = replace(jobs.record, state="cancelled")
        jobs.written.set()
        jobs.over.set()
        with pytest.raises(ConflictError, match="cancelled"):
            await begun(jobs)

    asyncio.run(run())
