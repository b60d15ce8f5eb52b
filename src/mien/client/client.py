"""The client that waits for its answers."""

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
from mien.client.kept import Jobs, Portraits, Shelf
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
from mien.client.transports import Address, Courier
from mien.client.verbs import asking, avatar, films, speech, uploads
from mien.types import ProgressCallback

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
        self.portraits = Portraits(self._courier, uploads.PORTRAITS, self._retries)
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

    def voices(self) -> Voices:
        """What can say words on its machine, or ``problem``: what to install there."""
        return self._courier.run(speech.voices(self._retries))

    def say(self, text: str, voice: str | None = None, *, rate: float = 1.0) -> Upload:
        """A sound of words, kept as any driver: for ``talk`` and live faces. voice: an id of
        ``voices``. rate: 0.5 (slow) to 2 (fast). Raises ApiError where nothing can say words."""
        return self._courier.run(speech.say(text, voice, rate, self._retries))

    def visemes(
        self, audio: str | Upload, text: str | None = None, *, fps: float = 24.0
    ) -> dict[str, Any]:
        """What a mouth does while a sound plays, as ``mien visemes`` writes it (docs/visemes.md).
        audio: a sound or a film that was sent. text: what is said, if known."""
        return self._courier.run(speech.visemes(audio, text, fps, self._retries))

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

    def animate(
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
        """Move a portrait, or a film, as a driver moves, or as emotions in time say; wait for it,
        and put it into a file. driving: a film, picture or template, or ``idle:natural`` and its
        like. progress: called when frames are done; what it raises cancels the job.

        Files are sent first; an Upload was sent before. The result's kind is that of the output's
        extension. Raises ApiError for a job that fails, OutputError before anything is sent.
        """
        work = films.Work("animate", source, {"driving": driving, "audio": audio}, options)
        return self._make(work, output, progress, force)

    def express(
        self,
        source: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[ExpressOptions],
    ) -> Job:
        """Put an expression on a portrait, as a picture or a film; the rest as ``animate``."""
        work = films.Work("express", source, {}, options)
        return self._make(work, output, progress, force)

    def talk(
        self,
        source: Source | Upload,
        audio: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[TalkOptions],
    ) -> Job:
        """Let a portrait say what a sound says; the rest as ``animate``."""
        work = films.Work("talk", source, {"audio": audio}, options)
        return self._make(work, output, progress, force)

    def lipsync(
        self,
        source: Source | Upload,
        audio: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[LipsyncOptions],
    ) -> Job:
        """Dub a film or a picture, its lips painted by MuseTalk; the rest as ``animate``."""
        work = films.Work("lipsync", source, {"audio": audio}, options)
        return self._make(work, output, progress, force)

    def edit(
        self,
        source: Source | Upload,
        *,
        output: str | Path,
        progress: ProgressCallback | None = None,
        force: bool = False,
        **options: Unpack[EditOptions],
    ) -> Job:
        """Change the face of a picture or a film by sliders; the rest as ``animate``."""
        work = films.Work("edit", source, {}, options)
        return self._make(work, output, progress, force)

    def _make(
        self,
        work: films.Work,
        output: str | Path,
        progress: ProgressCallback | None,
        force: bool,
    ) -> Job:
        flow = films.make(work, output, self._retries, progress=progress, force=force)
        return self._courier.run(flow)
