"""What a service keeps: files that were sent, and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.client.answers import Job, Picture, Upload
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.transports import Courier
from mien.client.verbs import jobs, uploads


class Shelf:
    """Files that the service keeps, as ``client.portraits`` and ``client.drivers``."""

    def __init__(self, courier: Courier, path: str, retries: Retries) -> None:
        self._courier, self._path, self._retries = courier, path, retries

    def upload(self, source: Source) -> Upload:
        """Send a file; the same again is the same upload."""
        return self._courier.run(uploads.upload(self._path, source, self._retries))

    def newest(self, limit: int = 100) -> list[Upload]:
        """What was sent, the newest first."""
        return self._courier.run(uploads.newest(self._path, limit, self._retries))

    def get(self, id: str) -> Upload:
        """What is known of it."""
        return self._courier.run(uploads.get(self._path, id, self._retries))

    def delete(self, id: str) -> None:
        """Let the service forget it."""
        self._courier.run(uploads.delete(self._path, id, self._retries))


class Portraits(Shelf):
    """Portraits, as ``client.portraits``."""

    def upload(self, source: Source, *, require_face: bool = True) -> Upload:
        """Send a picture or a film of a face. One without is an ApiError, unless a job will say
        where the face is."""
        flow = uploads.upload(self._path, source, self._retries, require_face=require_face)
        return self._courier.run(flow)

    def preview(self, id: str) -> Picture:
        """A small JPEG of it."""
        return self._courier.run(uploads.preview(id, self._retries))


class Jobs:
    """Work that takes longer than an answer may, as ``client.jobs``."""

    def __init__(self, courier: Courier, retries: Retries) -> None:
        self._courier, self._retries = courier, retries

    def submit(self, kind: str, *, idempotency_key: str | None = None, **options: Any) -> Job:
        """Have something made; ``options`` as in docs/http-api.md. The same key with the same
        options is the same job; one is made up where none is given."""
        flow = jobs.submit(kind, options, idempotency_key, self._retries)
        return self._courier.run(flow)

    def get(self, id: str) -> Job:
        """How it is now."""
        return self._courier.run(jobs.get(id, self._retries))

    def newest(self, limit: int = 50) -> list[Job]:
        """Yours, the newest first."""
        return self._courier.run(jobs.newest(limit, self._retries))

    def follow(self, id: str) -> Iterator[Job]:
        """The job each time something happens to it, until it has ended."""
        return self._courier.iterate(jobs.follow(id, self._retries))

    def wait(self, id: str) -> Job:
        """The job when it has ended, however it did."""
        return self._courier.run(jobs.watch(id, self._retries))

    def cancel(self, id: str) -> None:
        """End it; forget it with its result if it has ended."""
        self._courier.run(jobs.cancel(id, self._retries))

    def result(self, id: str, path: str | Path, *, force: bool = False) -> Path:
        """What came of it, in a file, whole or not at all. Raises OutputError, also for a file
        that exists unless ``force``."""
        return self._courier.run(jobs.result(id, path, force, self._retries))
