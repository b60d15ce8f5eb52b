"""The process of live sessions as a thread, with painted faces: each shows its portrait's name as
a colour and says what it is told, sample for sample."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mien.errors import OptionError
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import (
    AUDIO_RATE,
    LiveEvent,
    LiveOptions,
    LiveStep,
    SpeechFinished,
    SpeechStarted,
)
from mien.service.live.host import Host
from mien.service.live.messages import Open, Order
from mien.service.live.performer import Performer
from mien.service.live.session import LiveSession
from mien.service.security.keys import Owner
from mien.service.workers.messages import next_message, packed

SIDE = 8


class PaintedFace:
    """Of :class:`mien.pipeline.live.LiveFace`, what a host needs. Sound must come at AUDIO_RATE."""

    def __init__(
        self, portrait: str | Path, options: LiveOptions, keeper: Keeper, *, content: str | None
    ) -> None:
        if Path(portrait).name == "nobody":
            raise OptionError("portrait", "has no face")
        self._colour, self._fps, self._pts = _colour(portrait), options.fps, -1
        self._waiting = np.zeros(0, np.int16)
        self._segment: str | None = None
        self._begun, self._events = False, deque[LiveEvent]()

    def push_audio(self, pcm: Any, rate: int, segment: str | None = None) -> None:
        assert rate == AUDIO_RATE
        self._waiting = np.concatenate([self._waiting, pcm])
        self._segment = segment or "unnamed"

    def end_segment(self) -> None:
        pass

    def clear(self) -> None:
        self._waiting = self._waiting[:0]
        if self._begun and self._segment is not None:
            self._events.append(SpeechFinished(self._segment, self._pts, 0.0, True))
        self._begun = False

    def set_emotion(self, name: str, intensity: float, transition_s: float) -> None:
        raise OptionError("emotion", f"{name} cannot be painted")

    def prepare(self, portrait: str | Path, *, content: str | None = None) -> None:
        if Path(portrait).name == "nobody":
            raise OptionError("portrait", "has no face")

    def set_portrait(
        self, portrait: str | Path, transition_s: float, *, content: str | None = None
    ) -> None:
        self._colour = _colour(portrait)

    def push_frame(self, picture: Any) -> None:
        raise ZeroDivisionError("a fault")

    def recalibrate(self) -> None:
        pass

    def look_at(self, right: float | None, up: float | None) -> None:
        pass

    def listening(self, on: bool) -> None:
        pass

    def step(self, frames: int = 1) -> LiveStep:
        self._pts += frames
        length = frames * AUDIO_RATE // self._fps
        said, self._waiting = self._waiting[:length], self._waiting[length:]
        if len(said) and not self._begun and self._segment is not None:
            self._events.append(SpeechStarted(self._segment, self._pts))
            self._begun = True
        sound = np.zeros(length, np.int16)
        sound[: len(said)] = said
        events, self._events = tuple(self._events), deque()
        picture = np.full((SIDE, SIDE, 3), self._colour, np.uint8)
        return LiveStep(self._pts, picture, sound, events)

    def close(self) -> None:
        pass


def _colour(portrait: str | Path) -> int:
    return int(Path(portrait).name)


class ThreadHost:
    """Hosting of sessions; what it says is heard in this event loop."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.sessions: dict[str, LiveSession] = {}

    async def open(self, id: str, colour: int | str, fps: int = 60) -> LiveSession:
        """A session that is ready. Raises what its face raises."""
        options = LiveOptions(fps=fps, size=SIDE)
        session = LiveSession(id, Owner("me"), str(colour), options, self)
        self.sessions[id] = session
        session.prepare()
        self.tell(Open(id, Path(str(colour)), "", options))
        await session.opened()
        return session

    def tell(self, order: Order) -> None:
        self._writer.write(packed(order))

    async def drain(self) -> None:
        await self._writer.drain()

    def forget(self, session: str) -> None:
        self.sessions.pop(session, None)


@asynccontextmanager
async def thread_host() -> AsyncGenerator[ThreadHost]:
    """It ends with the block, and so do the threads of its sessions."""
    ours, theirs = socket.socketpair()
    perform = partial(Performer, face=PaintedFace)
    with Keeper() as keeper, theirs:
        host = Host(theirs, keeper, perform=perform, deserted=lambda: None)
        thread = threading.Thread(target=host.work)
        thread.start()
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 20)
        near = ThreadHost(writer)
        hearing = asyncio.create_task(_hear(reader, near))
        try:
            yield near
        finally:
            for session in list(near.sessions.values()):
                session.close("the test is over")
            await writer.drain()
            writer.close()
            await asyncio.wait({hearing})
            await asyncio.to_thread(thread.join)
            for each in threading.enumerate():
                if each.name.startswith(("session-", "portrait")):
                    await asyncio.to_thread(each.join, 10)


async def _hear(reader: asyncio.StreamReader, near: ThreadHost) -> None:
    try:
        while True:
            answer = await next_message(reader)
            session = near.sessions.get(answer.session)
            if session is not None:
                session.hear(answer)
    except (asyncio.IncompleteReadError, OSError):
        return
