"""The client that is awaited: the verbs of :mod:`mien.client.client`, word for word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Unpack

from mien.client.answers import (
    EngineState,
    ExpressionState,
    Health,
    Job,
    Output,
    Picture,
    Upload,
    Version,
)
from mien.client.client import LOCAL
from mien.client.options import FrameOptions, RenderOptions, StillOptions
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.transports import Address, AsyncCourier
from mien.client.verbs import asking, avatar, jobs, uploads


class AsyncClient:
    """A Mien service, spoken to over HTTP from one event loop: :class:`mien.Client`, awaited.

    Cancelling a verb ends its request; ``animate`` and its like cancel their job, too.
    """

    def __init__(
        self,
        base_url: str = LOCAL,
        *,
        api_key: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
    ) -> None:
        self._retries = Retries(retries)
        self._courier = AsyncCourier(Address(base_url, api_key, timeout))
        self.portraits = AsyncShelf(self._courier, uploads.PORTRAITS, self._retries)
        self.drivers = AsyncShelf(self._courier, uploads.DRIVERS, self._retries)
        self.jobs = AsyncJobs(self._courier, self._retries)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """As :meth:`Client.close`."""
        await self._courier.close()

    async def health(self) -> Health:
        """As :meth:`Client.health`."""
        return await self._courier.run(asking.health())

    async def wait_until_ready(self, timeout: float = 120.0) -> Health:
        """As :meth:`Client.wait_until_ready`."""
        return await self._courier.run(asking.wait_until_ready(timeout))

    async def version(self) -> Version:
        """As :meth:`Client.version`."""
        return await self._courier.run(asking.version(self._retries))

    async def engines(self) -> list[EngineState]:
        """As :meth:`Client.engines`."""
        return await self._courier.run(asking.engines(self._retries))

    async def expressions(self) -> list[ExpressionState]:
        """As :meth:`Client.expressions`."""
        return await self._courier.run(asking.expressions(self._retries))

    async def still(self, portrait: str | Upload, **options: Unpack[StillOptions]) -> Picture:
        """As :meth:`Client.still`."""
        return await self._courier.run(asking.still(portrait, options, self._retries))

    async def render(
        self,
        source: Source | None = None,
        emotion: str = "neutral",
        *,
        image_hash: str | None = None,
        **options: Unpack[RenderOptions],
    ) -> Output:
        """As :meth:`Client.render`."""
        asked = avatar.Portrayed(source, image_hash)
        return await self._courier.run(avatar.render(asked, emotion, options, self._retries))

    async def render_batch(
        self,
        source: Source | None = None,
        emotions: Sequence[str] = ("neutral",),
        *,
        image_hash: str | None = None,
        **options: Unpack[RenderOptions],
    ) -> list[Output]:
        """As :meth:`Client.render_batch`."""
        asked = avatar.Portrayed(source, image_hash)
        return await self._courier.run(avatar.render_batch(asked, emotions, options, self._retries))

    async def render_frame(
        self,
        source: Source | None = None,
        expression: str = "neutral",
        *,
        image_hash: str | None = None,
        **options: Unpack[FrameOptions],
    ) -> Picture:
        """As :meth:`Client.render_frame`."""
        asked = avatar.Portrayed(source, image_hash)
        return await self._courier.run(
            avatar.render_frame(asked, expression, options, self._retries)
        )

    async def output(self, filename: str) -> Picture:
        """As :meth:`Client.output`."""
        return await self._courier.run(avatar.output(filename, self._retries))

    async def download_output(
        self, filename: str, path: str | Path, *, force: bool = False
    ) -> Path:
        """As :meth:`Client.download_output`."""
        return await self._courier.run(avatar.save_output(filename, path, force, self._retries))

    async def delete_output(self, filename: str) -> None:
        """As :meth:`Client.delete_output`."""
        await self._courier.run(avatar.delete_output(filename, self._retries))


class AsyncShelf:
    """Files that the service keeps, as ``client.portraits`` and ``client.drivers``."""

    def __init__(self, courier: AsyncCourier, path: str, retries: Retries) -> None:
        self._courier, self._path, self._retries = courier, path, retries

    async def upload(self, source: Source) -> Upload:
        """As :meth:`Shelf.upload`."""
        return await self._courier.run(uploads.upload(self._path, source, self._retries))

    async def get(self, id: str) -> Upload:
        """As :meth:`Shelf.get`."""
        return await self._courier.run(uploads.get(self._path, id, self._retries))

    async def delete(self, id: str) -> None:
        """As :meth:`Shelf.delete`."""
        await self._courier.run(uploads.delete(self._path, id, self._retries))


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

    async def list(self) -> list[Job]:
        """As :meth:`Jobs.list`."""
        return await self._courier.run(jobs.newest(self._retries))

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
