"""Who watches a session over plain HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mien.media.live_encoding import LiveForm
from mien.service.live import LiveSession
from mien.service.streams.feeding import Feed
from mien.service.streams.pipe import BytePipe
from mien.service.streams.room import Room

_log = logging.getLogger(__name__)


class Watchers:
    """All of them. Used in the event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._feeding: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def watching(self, session: LiveSession, form: LiveForm) -> AsyncGenerator[BytePipe]:
        """What a reader gets, until the session ends; with the block everything of it does.
        Raises ConflictError when the session has ended, BusyError, TooManyError."""
        with self._room.place(session.id):
            feed, pipe = Feed(session), BytePipe()
            feeding = asyncio.create_task(feed.pass_on(pipe, form))
            self._feeding.add(feeding)
            feeding.add_done_callback(lambda _: self._note_end(feeding, feed, pipe))
            try:
                yield pipe
            finally:
                pipe.abort()
                feeding.cancel()
                await asyncio.wait({feeding})

    async def close(self) -> None:
        """End all streams: their readers see the end."""
        for feeding in (there := set(self._feeding)):
            feeding.cancel()
        if there:
            await asyncio.wait(there)

    def _note_end(self, feeding: asyncio.Task[None], feed: Feed, pipe: BytePipe) -> None:
        self._feeding.discard(feeding)
        feed.close()
        pipe.close()
        if not feeding.cancelled() and (error := feeding.exception()) is not None:
            _log.info("a stream over HTTP was interrupted: %s", error)
