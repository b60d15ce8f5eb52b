"""One job done once: in a folder of its own, by a worker, and into the store."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.engines.settings import EngineSettings
from mien.errors import OutputError
from mien.service.jobs.record import JobRecord
from mien.service.shielding import finished, kept
from mien.service.store.results import ResultStore
from mien.service.tasks.jobs import JobLimits, JobOutcome, JobRequest, JobTask
from mien.service.workers.base import Executor
from mien.types import ProgressCallback


@dataclass(frozen=True, slots=True)
class Made:
    """key: in the store. name: what a caller may save it as."""

    key: str
    media_type: str
    name: str
    report: dict[str, Any]


class Workshop:
    """Where jobs are done."""

    def __init__(
        self,
        folder: Path,
        executor: Executor,
        store: ResultStore,
        *,
        engine: EngineSettings,
        limits: JobLimits,
    ) -> None:
        """``folder``: the service's. ``engine``: where a request names none."""
        self._folder, self._scratch = folder, folder / "scratch"
        self._executor, self._store = executor, store
        self._engine, self._limits = engine, limits

    def clear(self) -> None:
        """Remove what an earlier run left, which nobody works on any more."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    async def make(self, record: JobRecord, progress: ProgressCallback) -> Made:
        """Do it. Cancelled before the result is there, nothing of it stays; afterwards it is too
        late: the result is kept, and no cancellation told.

        Raises what the task raises, WorkerLostError, and OutputError.
        """
        scratch = (self._scratch / f"{record.id}.{secrets.token_hex(4)}").absolute()
        try:
            await finished(asyncio.to_thread(_make, scratch))
            task = JobTask(self._request(record), scratch, self._engine, self._limits)
            outcome = await self._executor.run(task, lane="long", on_progress=progress)
            return await kept(self._deliver(record, outcome))
        finally:
            await kept(asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True))

    async def _deliver(self, record: JobRecord, outcome: JobOutcome) -> Made:
        extension = outcome.file.suffix
        key = f"results/{record.owner}/{record.id}{extension}"
        await self._store.put(key, outcome.file)
        return Made(key, outcome.media_type, outcome.name, outcome.report)

    def _request(self, record: JobRecord) -> JobRequest:
        files = {id: str(self._folder / path) for id, path in record.files.items()}
        return JobRequest(record.kind, record.request, files)


def _make(scratch: Path) -> None:
    try:
        scratch.mkdir(mode=0o700, parents=True)
    except OSError as error:
        problem = f"no work can be done there ({error.strerror}); its operator must help"
        raise OutputError("the service's folder", problem) from None
