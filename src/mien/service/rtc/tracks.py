"""What a viewer's connection takes its frames from. Both tracks tell the time of the face, so
that they stay in step whatever is dropped from one of them. Used in the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction

from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame

from mien.service.live.packets import LivePacket
from mien.service.rtc.pacing import PIECE, RATE, Pace

_VIDEO_CLOCK = 90_000
_SAMPLE_BYTES = 2
_MOST_WAITING = RATE
"""Samples: who is later than a second has missed them."""
_SLACK = 64
"""Samples by which times may differ by rounding."""


class PictureTrack(MediaStreamTrack):
    """The newest picture: one that comes before the last was taken takes its place."""

    kind = "video"

    def __init__(self, draw: Callable[[LivePacket], VideoFrame], pace: Pace) -> None:
        """draw: runs in a thread. pace: that of the sound."""
        super().__init__()
        self._draw, self._pace = draw, pace
        self._next: LivePacket | None = None
        self._came = asyncio.Event()

    def show(self, packet: LivePacket) -> None:
        """The next picture."""
        self._next = packet
        self._came.set()

    async def recv(self) -> VideoFrame:
        """For aiortc."""
        await self._came.wait()
        self._came.clear()
        packet, self._next = self._next, None
        assert packet is not None
        await asyncio.sleep(self._pace.wait_s(packet.pts * RATE // packet.fps))
        frame = await asyncio.to_thread(self._draw, packet)
        frame.pts = packet.pts * _VIDEO_CLOCK // packet.fps
        frame.time_base = Fraction(1, _VIDEO_CLOCK)
        return frame


class SoundTrack(MediaStreamTrack):
    """All sound, in pieces of 20 ms, each when it is due."""

    kind = "audio"

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace
        self._unsaid = bytearray()
        self._position: int | None = None
        self._came = asyncio.Event()

    def say(self, packet: LivePacket) -> None:
        """The next sound."""
        start = (packet.pts + 1) * RATE // packet.fps - len(packet.sound) // _SAMPLE_BYTES
        self._pace.came(start)
        if self._position is None:
            self._position = start
        missing = start - self._position - self._num_unsaid
        if missing > _MOST_WAITING:
            self._unsaid.clear()
            self._position = start
        elif missing > _SLACK:
            self._unsaid += bytes(missing * _SAMPLE_BYTES)
        self._unsaid += packet.sound
        too_many = max(0, self._num_unsaid - _MOST_WAITING)
        del self._unsaid[: too_many * _SAMPLE_BYTES]
        self._position += too_many
        if self._num_unsaid >= PIECE:
            self._came.set()

    def hush(self) -> None:
        """What waits becomes silence: nobody speaks any more."""
        self._unsaid[:] = bytes(len(self._unsaid))

    async def recv(self) -> AudioFrame:
        """For aiortc."""
        await self._enough()
        assert self._position is not None
        await asyncio.sleep(self._pace.wait_s(self._position))
        await self._enough()  # a long gap may have come meanwhile
        frame = AudioFrame(format="s16", layout="mono", samples=PIECE)
        frame.planes[0].update(bytes(self._unsaid[: PIECE * _SAMPLE_BYTES]))
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = self._position
        del self._unsaid[: PIECE * _SAMPLE_BYTES]
        self._position += PIECE
        return frame

    async def _enough(self) -> None:
        while self._num_unsaid < PIECE:
            self._came.clear()
            await self._came.wait()

    @property
    def _num_unsaid(self) -> int:
        return len(self._unsaid) // _SAMPLE_BYTES
