"""The client that waits for its answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from mien.client.options import FrameOptions, RenderOptions, StillOptions
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.transports import Address, Courier
from mien.client.verbs import asking, avatar, jobs, uploads

LOCAL = "http://127.0.0.1:8001"
"""Where ``mien serve`` listens if nothing else is said."""


class Client:
    """A Mien service, spoken to over HTTP. Threads may share it; closing it closes its connections.

    base_url: its address. api_key: where it asks for one. timeout: seconds to wait for each piece
    of an answer. retries: how often a request is sent again that met a service out of reach or too
    busy.

    Every verb raises ApiError for what the service refuses and ApiConnectionError where it cannot
    be reached; options that make no sense are an OptionError.
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
        self._courier = Courier(Address(base_url, api_key, timeout))
        self.portraits = Shelf(self._courier, uploads.PORTRAITS, self._retries)
        self.drivers = Shelf(self._courier, uploads.DRIVERS, self._retries)
        self.jobs = Jobs(self._courier, self._retries)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._courier.close()

    def health(self) -> Health:
        """How the service is, also while it takes no work."""
        return self._courier.run(asking.health())

    def wait_until_ready(self, timeout: float = 120.0) -> Health:
        """Ask until it takes work. Raises ApiConnectionError after so many seconds."""
        return self._courier.run(asking.wait_until_ready(timeout))

    def version(self) -> Version:
        """Which Mien it is."""
        return self._courier.run(asking.version(self._retries))

    def engines(self) -> list[EngineState]:
        """Its engines, and which of them run there."""
        return self._courier.run(asking.engines(self._retries))

    def expressions(self) -> list[ExpressionState]:
        """The expressions that it knows."""
        return self._courier.run(asking.expressions(self._retries))

    def still(self, portrait: str | Upload, **options: Unpack[StillOptions]) -> Picture:
        """A picture of an uploaded portrait."""
        return self._courier.run(asking.still(portrait, options, self._retries))

    def render(
        self,
        source: Source | None = None,
        emotion: str = "neutral",
        *,
        image_hash: str | None = None,
        **options: Unpack[RenderOptions],
    ) -> Output:
        """A portrait with an emotion, kept by the service. image_hash: as an earlier Output tells
        it, instead of the picture."""
        asked = avatar.Portrayed(source, image_hash)
        return self._courier.run(avatar.render(asked, emotion, options, self._retries))

    def render_batch(
        self,
        source: Source | None = None,
        emotions: Sequence[str] = ("neutral",),
        *,
        image_hash: str | None = None,
        **options: Unpack[RenderOptions],
    ) -> list[Output]:
        """The same with several emotions, in their order."""
        asked = avatar.Portrayed(source, image_hash)
        return self._courier.run(avatar.render_batch(asked, emotions, options, self._retries))

    def render_frame(
        self,
        source: Source | None = None,
        expression: str = "neutral",
        *,
        image_hash: str | None = None,
        **options: Unpack[FrameOptions],
    ) -> Picture:
        """A portrait with an expression, as a JPEG, kept nowhere."""
        asked = avatar.Portrayed(source, image_hash)
        return self._courier.run(avatar.render_frame(asked, expression, options, self._retries))

    def output(self, filename: str) -> Picture:
        """What the service keeps of ``render``."""
        return self._courier.run(avatar.output(filename, self._retries))

    def download_output(self, filename: str, path: str | Path, *, force: bool = False) -> Path:
        """The same in a file, whole or not at all. Raises OutputError, also for a file that exists
        unless ``force``."""
        return self._courier.run(avatar.save_output(filename, path, force, self._retries))

    def delete_output(self, filename: str) -> None:
        """Let the service forget it."""
        self._courier.run(avatar.delete_output(filename, self._retries))


class Shelf:
    """Files that the service keeps, as ``client.portraits`` and ``client.drivers``."""

    def __init__(self, courier: Courier, path: str, retries: Retries) -> None:
        self._courier, self._path, self._retries = courier, path, retries

    def upload(self, source: Source) -> Upload:
        """Send a file; the same again is the same upload."""
        return self._courier.run(uploads.upload(self._path, source, self._retries))

    def get(self, id: str) -> Upload:
        """What is known of it."""
        return self._courier.run(uploads.get(self._path, id, self._retries))

    def delete(self, id: str) -> None:
        """Let the service forget it."""
        self._courier.run(uploads.delete(self._path, id, self._retries))


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

    def list(self) -> list[Job]:
        """The newest first."""
        return self._courier.run(jobs.newest(self._retries))

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
