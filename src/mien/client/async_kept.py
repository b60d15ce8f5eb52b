"""What a service keeps, awaited: files that were sent, and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mien.client.answers import Job, Picture, Upload
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.transports import AsyncCourier
from mien.client.verbs import jobs, uploads


class AsyncShelf:
    """Files that the service keeps, as ``client.portraits`` and ``client.drivers``."""

    def __init__(self, courier: AsyncCourier, path: str, retries: Retries) -> None:
        self._courier, self._path, self._retries = courier, path, retries

    async def upload(self, source: Source) -> Upload:
        """As :meth:`Shelf.upload`."""
        return await self._courier.run(uploads.upload(self._path, source, self._retries))

    async def newest(self, limit: int = 100) -> list[Upload]:
        """As :meth:`Shelf.newest`."""
        return await self._courier.run(uploads.newest(self._path, limit, self._retries))

    async def get(self, id: str) -> Upload:
        """As :meth:`Shelf.get`."""
        return await self._courier.run(uploads.get(self._path, id, self._retries))

    async def delete(self, id: str) -> None:
        """As :meth:`Shelf.delete`."""
        await self._courier.run(uploads.delete(self._path, id, self._retries))


class AsyncPortraits(AsyncShelf):
    """Portraits, as ``client.portraits``."""

    async def upload(self, source: Source, *, require_face: bool = True) -> Upload:
        """As :meth:`Portraits.upload`."""
        flow = uploads.upload(self._path, source, self._retries, require_face=require_face)
        return await self._courier.run(flow)

    async def preview(self, id: str) -> Picture:
        """As :meth:`Portraits.preview`."""
        return await self._courier.run(uploads.preview(id, self._retries))


class AsyncJobs:
    """Work that takes longer than an answer may, as ``client.jobs``."""

    def __init__(self, courier: AsyncCourier, retries: Retries) -> None:
        self._courier, self._retries = courier, retries

    async def submit(self, kind: str, *, idempotency_key: str | None = None, **options: Any) -> Job:
        """As :meth:`Jobs.submit`."""
        flow = jobs.submit(kind, options, idempotency_key, self._retries)
        return await self._courier.run(flow)

    async def get(self, id: str) -> Job:
        """As :meth:`Jobs.get`."""
        return await self._courier.run(jobs.get(id, self._retries))

    async def newest(self, limit: int = 50) -> list[Job]:
        """As :meth:`Jobs.newest`."""
        return await self._courier.run(jobs.newest(limit, self._retries))

    def follow(self, id: str) -> AsyncIterator[Job]:
        """As :meth:`Jobs.follow`."""
        return self._courier.iterate(jobs.follow(id, self._retries))

    async def wait(self, id: str) -> Job:
        """As :meth:`Jobs.wait`."""
        return await self._courier.run(jobs.watch(id, self._retries))

    async def cancel(self, id: str) -> None:
        """As :meth:`Jobs.cancel`."""
        await self._courier.run(jobs.cancel(id, self._retries))

    async def result(self, id: str, path: str | Path, *, force: bool = False) -> Path:
        """As :meth:`Jobs.result`."""
        return await self._courier.run(jobs.result(id, path, force, self._retries))
