"""What a WHIP peer sends to a session: its camera moves the face, its microphone the lips."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from mien.errors import MienError
from mien.service.live import LiveSession
from mien.service.rtc.codecs import add_section
from mien.service.rtc.ending import until_one_ends
from mien.service.rtc.errors import FloodError
from mien.service.rtc.offers import Kind
from mien.service.rtc.pictures import camera_picture
from mien.service.rtc.tuning import decoder_backlog

Microphone: TypeAlias = Literal["lips", "none"]
"""What becomes of a microphone's sound: the session says it, or nobody hears it."""

SEGMENT = "microphone"
_LARGEST_SIDE = 2048
_MOST_BACKLOG = 60
_LOOK_EVERY_S = 0.2
_AHEAD_S = 1.0


class Sending:
    """One peer's camera and microphone."""

    def __init__(
        self,
        session: LiveSession,
        microphone: Microphone,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._microphone = session, microphone
        self._clock = clock
        self._newest: VideoFrame | None = None
        self._came = asyncio.Event()
        self._said_s = 0.0

    @property
    def ended(self) -> asyncio.Event:
        """Of the session."""
        return self._session.ended

    def attach(self, connection: RTCPeerConnection, kinds: Sequence[Kind]) -> None:
        """Be ready for what was offered."""
        for kind in kinds:
            add_section(connection, kind, "recvonly")

    async def run(self, receivers: Sequence[RTCRtpReceiver]) -> None:
        """Pass on what comes until there is no more or the session ends. Raises FloodError for
        more than can be looked at."""
        try:
            await until_one_ends(
                asyncio.gather(*(self._read(receiver) for receiver in receivers)),
                _watch(receivers),
                self._follow_camera(),
                self.ended.wait(),
            )
        finally:
            if self._said_s:
                with suppress(MienError):  # it has ended
                    self._session.end_segment()

    async def _read(self, receiver: RTCRtpReceiver) -> None:
        """All frames of a track, as fast as they come: in its queue they would wait without end."""
        track: MediaStreamTrack = receiver.track
        began = self._clock()
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._see(frame)
                elif isinstance(frame, AudioFrame) and self._microphone == "lips":
                    self._hear(frame, self._clock() - began)

    def _see(self, frame: VideoFrame) -> None:
        if max(frame.width, frame.height) > _LARGEST_SIDE:
            raise FloodError(f"the camera sends more than {_LARGEST_SIDE} pixels a side")
        self._newest = frame
        self._came.set()

    async def _follow_camera(self) -> None:
        """The newest picture, as often as the face has frames."""
        while True:
            await self._came.wait()
            self._came.clear()
            frame, began = self._newest, self._clock()
            assert frame is not None
            self._session.push_frame(await asyncio.to_thread(camera_picture, frame))
            await self._session.drain()
            spent_s = self._clock() - began
            await asyncio.sleep(max(0.0, 1 / self._session.options.fps - spent_s))

    def _hear(self, frame: AudioFrame, elapsed_s: float) -> None:
        """Sound that comes faster than time goes is dropped: it would be said ever later."""
        if self._said_s > elapsed_s + _AHEAD_S:
            return
        self._said_s += frame.samples / frame.sample_rate
        samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
        mono = samples.mean(axis=1).astype(np.int16)
        self._session.push_audio(mono.tobytes(), frame.sample_rate, SEGMENT)


async def _watch(receivers: Sequence[RTCRtpReceiver]) -> None:
    """Raises FloodError when decoders do not follow, be it that no frame comes out of them."""
    while True:
        for receiver in receivers:
            if decoder_backlog(receiver) > _MOST_BACKLOG:
                raise FloodError(f"more {receiver.track.kind} comes than can be decoded")
        await asyncio.sleep(_LOOK_EVERY_S)
