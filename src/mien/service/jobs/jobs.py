"""Jobs: taken in, written down, run in turn, followed, cancelled, kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from mien.service.jobs.record import JobEvent, JobRecord
from mien.service.security.keys import Owner
from mien.service.tasks.jobs import JobRequest


class Jobs:
    """What the routes know of jobs."""

    async def start(self) -> None:
        """Take up what an earlier run left; begin to work."""
        raise NotImplementedError

    async def submit(
        self, owner: Owner, request: JobRequest, *, idempotency_key: str | None = None
    ) -> JobRecord:
        """Write a job down; it will be done. The same key with the same request gives the same job
        again. Raises BusyError, TooManyError; InputError for a key used for another request."""
        raise NotImplementedError

    async def find(self, owner: Owner, id: str) -> JobRecord:
        """Raises NotFoundError."""
        raise NotImplementedError

    async def list(self, owner: Owner, limit: int = 50) -> Sequence[JobRecord]:
        """The newest first."""
        raise NotImplementedError

    async def cancel(self, owner: Owner, id: str) -> JobRecord:
        """End it, or forget a finished one with its result. Raises NotFoundError."""
        raise NotImplementedError

    def events(self, owner: Owner, id: str, after: int = 0) -> AsyncIterator[JobEvent]:
        """What happens to a job, from now (or event ``after``) until it has ended."""
        raise NotImplementedError

    async def wait(self, owner: Owner, id: str) -> JobRecord:
        """Until it has ended, however."""
        raise NotImplementedError

    @property
    def num_waiting(self) -> int:
        raise NotImplementedError

    async def drain(self, seconds: float) -> None:
        """Take nothing more; let what runs go on for so long; what is left is run after a restart."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
