"""A session into a stream, packet by packet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

import numpy as np

from mien.media.live_encoding import LiveForm
from mien.media.live_mux import LiveOutput
from mien.media.live_targets import LiveTarget
from mien.service.live import LivePacket, LiveSession
from mien.service.shielding import finished

_ENDS_WITHIN_S = 5.0
"""For what is still on its way to a reader when the session has ended."""


class Feed:
    """One watcher of a session, who passes on what it sees. Used in the event loop."""

    def __init__(self, session: LiveSession) -> None:
        """Raises ConflictError when it has ended, TooManyError."""
        self._output: LiveOutput | None = None
        self._clears = 0
        self._subscription = session.subscribe("raw", self._hear_of_clears)
        self._frames = self._dropped = 0

    @property
    def frames(self) -> int:
        """Pictures that were sent."""
        return self._frames + (self._output.frames if self._output is not None else 0)

    @property
    def dropped(self) -> int:
        """Pictures that were not taken in time."""
        there = self._output.dropped if self._output is not None else 0
        return self._dropped + there + self._subscription.dropped

    def close(self) -> None:
        """Watch no longer."""
        self._subscription.close()

    async def pass_on(
        self, target: LiveTarget, form: LiveForm, on_open: Callable[[], None] = lambda: None
    ) -> None:
        """Until the session ends. Raises OutputError when the target does before. Nothing of it
        is left then. on_open: called when the target listens."""
        first = await anext(self._subscription, None)
        if first is None:
            return
        news, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(news.set)

        output = self._output = LiveOutput(
            target, form, size=(first.width, first.height), rate=Fraction(first.fps), sound=True,
            on_news=tell,
        )  # fmt: skip
        try:
            await self._show(output, first, on_open)
        except BaseException:
            output.abort()
            raise
        finally:
            await finished(_ended(output, news))
            self._frames += output.frames
            self._dropped += output.dropped
            self._output = None
        if output.fault is not None:
            raise output.fault

    async def _show(
        self, output: LiveOutput, first: LivePacket, on_open: Callable[[], None]
    ) -> None:
        told = False
        _write(output, first)
        async for packet in self._subscription:
            _write(output, packet)
            if output.is_open and not told:
                told = True
                on_open()
        output.end()

    def _hear_of_clears(self) -> None:
        if self._output is not None and self._subscription.clears > self._clears:
            self._clears = self._subscription.clears
            self._output.hush()


def _write(output: LiveOutput, packet: LivePacket) -> None:
    shape = packet.height, packet.width, packet.channels
    output.write_sound(np.frombuffer(packet.sound, np.int16), packet.sound_us / 1e6)
    output.write(np.frombuffer(packet.picture, np.uint8).reshape(shape), packet.pts_us / 1e6)


async def _ended(output: LiveOutput, news: asyncio.Event) -> None:
    """Wait for it; what takes too long is aborted."""
    for _ in range(2):
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_WITHIN_S):
                while not output.has_ended:
                    await news.wait()
                    news.clear()
                return  # what its reader has not taken yet is still to be read
        output.abort()
