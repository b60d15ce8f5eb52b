"""The client that is awaited: the verbs of :mod:`mien.client.client`, word for word."""

from __future__ import annotations

from collections.abc import Sequence
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
    Voices,
)
from mien.client.async_kept import AsyncJobs, AsyncPortraits, AsyncShelf
from mien.client.client import LOCAL
from mien.client.options import (
    AnimateOptions,
    EditOptions,
    ExpressOptions,
    FrameOptions,
    LipsyncOptions,
    RenderOptions,
    StillOptions,
    TalkOptions,
)
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.transports import Address, AsyncCourier
from mien.client.verbs import asking, avatar, films, speech, uploads
from mien.types import ProgressCallback


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
        self.portraits = AsyncPortraits(self._courier, uploads.PORTRAITS, self._retries)
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

    async def voices(self) -> Voices:
        """As :meth:`Client.voices`."""
        return await self._courier.run(speech.voices(self._retries))

    async def say(self, text: str, voice: str | None = None, *, rate: float = 1.0) -> Upload:
        """As :meth:`Client.say`."""
        return await self._courier.run(speech.say(text, voice, rate, self._retries))

    async def visemes(
        self, audio: str | Upload, text: str | None = None, *, fps: float = 24.0
    ) -> dict[str, Any]:
        """As :meth:`Client.visemes`."""
        return await self._courier.run(speech.visemes(audio, text, fps, self._retries))

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

    async def animate(
        self,
        source: Source | Upload,
        *,
        output: str | Path,
        driving: Source | Upload | None = None,
        audio: Source | Upload | None = None,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[AnimateOptions],
    ) -> Job:
        """As :meth:`Client.animate`."""
        work = films.Work("animate", source, {"driving": driving, "audio": audio}, options)
        return await self._make(work, output, progress, force)

    async def express(
        self,
        source: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[ExpressOptions],
    ) -> Job:
        """As :meth:`Client.express`."""
        work = films.Work("express", source, {}, options)
        return await self._make(work, output, progress, force)

    async def talk(
        self,
        source: Source | Upload,
        audio: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[TalkOptions],
    ) -> Job:
        """As :meth:`Client.talk`."""
        work = films.Work("talk", source, {"audio": audio}, options)
        return await self._make(work, output, progress, force)

    async def lipsync(
        self,
        source: Source | Upload,
        audio: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[LipsyncOptions],
    ) -> Job:
        """As :meth:`Client.lipsync`."""
        work = films.Work("lipsync", source, {"audio": audio}, options)
        return await self._make(work, output, progress, force)

    async def edit(
        self,
        source: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[EditOptions],
    ) -> Job:
        """As :meth:`Client.edit`."""
        work = films.Work("edit", source, {}, options)
        return await self._make(work, output, progress, force)

    async def _make(
        self,
        work: films.Work,
        output: str | Path,
        progress: ProgressCallback | None,
        force: bool,
    ) -> Job:
        flow = films.make(work, output, self._retries, progress=progress, force=force)
        return await self._courier.run(flow)
