"""What aiortc has no door for. Nothing else here knows names from inside of it."""

from __future__ import annotations

import logging
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.codecs import h264, vpx

_LEAST_BPS = 250_000
_BEGIN_SHARE = 2
"""Half of the most, until receivers have said what they can take."""
_MOST_FPS = 60
"""The clock of the H.264 encoder: at its 30, every second of 60 frames has a time twice."""
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
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)


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
