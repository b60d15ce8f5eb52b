"""What aiortc has no door for. Nothing else here knows names from inside of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

from aiortc import RTCPeerConnection, RTCRtpReceiver, rtcrtpreceiver
from aiortc.codecs import h264, vpx

from mien.service.rtc.decoders import bounded_decoder
from mien.service.rtc.inbox import Inbox

_LEAST_BPS = 250_000
_BEGIN_SHARE = 2
"""Half of the most, until receivers have said what they can take."""
_MOST_FPS = 60
"""The clock of the H.264 encoder: at its 30, every second of 60 frames has a time twice."""
_MOST_WAITING = 2048
"""Datagrams that nobody looked at yet: nobody does until a connection is there."""
_MOST_RESENT_PER_S = 500
"""Packets of one track: twice what a video of 2.5 Mbit/s has."""
_LOUD = {"aioice": logging.WARNING, "aiortc.rtcrtpreceiver": logging.ERROR}
"""They write a line for each address that is tried, and for each damaged frame that comes."""


def tune(most_bps: int) -> None:
    """How many bits per second a video may take, in this whole process: encoders are made deep
    inside of aiortc, of constants (aiortc#402)."""
    codec: Any
    for codec in (h264, vpx):
        codec.MAX_BITRATE = most_bps
        codec.MIN_BITRATE = min(_LEAST_BPS, most_bps)
        codec.DEFAULT_BITRATE = max(most_bps // _BEGIN_SHARE, codec.MIN_BITRATE)
    h264.MAX_FRAME_RATE = _MOST_FPS
    receiving: Any = rtcrtpreceiver
    receiving.get_decoder = bounded_decoder  # its own take pictures of any size
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)


def bound(connection: RTCPeerConnection) -> None:
    """What comes to it and what can be asked of it. After the offer is known, when it is sure which
    transports there are, and before any of them has a socket."""
    for transceiver in connection.getTransceivers():
        ice: Any = transceiver.receiver.transport.transport
        if not isinstance(ice._connection._queue, _Waiting):  # bundled sections share one
            ice._connection._queue = _Waiting()
            ice._recv = Inbox(ice._recv).recv
            end_with_connection(ice._connection)
        _bound_resending(transceiver.sender)


def end_with_connection(ice: Any) -> None:
    """What asks the other end of an aioice.Connection for its consent: one that is closed in the
    very moment when it connects would ask for ever."""
    ask: Callable[[], Awaitable[None]] = ice.query_consent

    async def ask_while_open() -> None:
        if not ice._closing:
            await ask()

    ice.query_consent = ask_while_open


class _Waiting(asyncio.Queue[Any]):
    """Of aioice, which has no bound for it. None is its word for the end."""

    def put_nowait(self, item: Any) -> None:
        if item is None or self.qsize() < _MOST_WAITING:
            super().put_nowait(item)


def _bound_resending(sender: Any) -> None:
    """One small packet can ask for all of the last 128 again."""
    resend: Callable[[int], Awaitable[None]] = sender._retransmit
    began, sent = time.monotonic(), 0

    async def resend_few(number: int) -> None:
        nonlocal began, sent
        if time.monotonic() - began >= 1:
            began, sent = time.monotonic(), 0
        sent += 1
        if sent <= _MOST_RESENT_PER_S:
            await resend(number)

    sender._retransmit = resend_few


def decoder_backlog(receiver: RTCRtpReceiver) -> int:
    """Frames that came and are not decoded. The queue has no bound, and every frame in it is one
    that must be decoded before the connection can be closed."""
    return _decoder_queue(receiver).qsize()


def forget_backlog(receiver: RTCRtpReceiver) -> None:
    """Drop them."""
    with suppress(Empty):
        while True:
            _decoder_queue(receiver).get_nowait()


def _decoder_queue(receiver: RTCRtpReceiver) -> Queue[Any]:
    queue = receiver._RTCRtpReceiver__decoder_queue  # type: ignore[attr-defined]
    assert isinstance(queue, Queue)
    return queue
