from __future__ import annotations

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.codecs import h264, vpx

from mien.service.rtc.tuning import decoder_backlog, forget_backlog, tune

pytestmark = pytest.mark.unit


def test_aiortc_still_has_the_names_that_are_tuned() -> None:
    for module in (h264, vpx):
        for name in ("MAX_BITRATE", "MIN_BITRATE", "DEFAULT_BITRATE"):
            assert isinstance(getattr(module, name), int)
    assert isinstance(h264.MAX_FRAME_RATE, int)


@pytest.mark.parametrize("kind", [h264.H264Encoder, vpx.Vp8Encoder])
def test_encoders_keep_to_what_was_said(kind: type[h264.H264Encoder | vpx.Vp8Encoder]) -> None:
    tune(800_000)
    encoder = kind()
    assert encoder.target_bitrate == 400_000
    encoder.target_bitrate = 5_000_000
    assert encoder.target_bitrate == 800_000
    encoder.target_bitrate = 1
    assert encoder.target_bitrate == 250_000
    tune(2_500_000)


def test_what_waits_for_a_decoder_is_seen_and_dropped() -> None:
    async def run() -> None:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        receiver = connection.addTransceiver("video").receiver
        assert decoder_backlog(receiver) == 0
        forget_backlog(receiver)
        await connection.close()

    asyncio.run(run())
