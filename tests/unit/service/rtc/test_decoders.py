from __future__ import annotations

import os

import av
import numpy as np
import pytest
from aiortc import RTCRtpCodecParameters
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from hypothesis import given
from hypothesis import strategies as st

from mien.service.rtc.decoders import MOST_PIXELS, bounded_decoder, vp8_size

pytestmark = pytest.mark.unit

CODECS = ("h264", "vp8")
LIBRARIES = {"h264": "libx264", "vp8": "libvpx"}


def decoder(name: str) -> Decoder:
    return bounded_decoder(RTCRtpCodecParameters(f"video/{name}", 90_000))


def encoded(name: str, width: int, height: int) -> bytes:
    """One grey picture."""
    codec: av.VideoCodecContext = av.CodecContext.create(LIBRARIES[name], "w")  # type: ignore[assignment]
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.options = {"preset": "ultrafast"} if name == "h264" else {"cpu-used": "8"}
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    frame.pts = 0
    return b"".join(bytes(each) for part in (frame, None) for each in codec.encode(part))


@pytest.mark.parametrize("name", CODECS)
def test_a_camera_is_seen(name: str) -> None:
    made = decoder(name)
    data = encoded(name, 640, 360)
    seen = [each for pts in range(3) for each in made.decode(JitterFrame(data, pts))]
    assert {(each.width, each.height) for each in seen} == {(640, 360)}  # type: ignore[union-attr]


def test_a_small_packet_makes_no_picture_that_fills_the_memory() -> None:
    data = bytearray(encoded("vp8", 64, 64))
    data[6:10] = b"\xff\x3f\xff\x3f"
    assert vp8_size(bytes(data)) == (16_383, 16_383)
    frame = decoder("vp8").decode(JitterFrame(bytes(data), 0))[0]
    assert (frame.width, frame.height) == (16_383, 2)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CODECS)
def test_more_than_four_thousand_lines_are_not_decoded(name: str) -> None:
    data = encoded(name, 4352, 2304)
    assert MOST_PIXELS < 4352 * 2304
    made = decoder(name)
    try:
        seen = [each for pts in range(3) for each in made.decode(JitterFrame(data, pts))]
    except av.FFmpegError:
        seen = []
    assert all(each.width * each.height < MOST_PIXELS for each in seen)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CODECS)
def test_noise_is_an_error_or_nothing(name: str) -> None:
    made = decoder(name)
    for length in (0, 1, 9, 10, 100, 1400):
        try:
            assert not made.decode(JitterFrame(os.urandom(length), 0))
        except av.FFmpegError:
            continue


@given(st.binary(max_size=20))
def test_no_bytes_trip_the_reader_of_sizes(data: bytes) -> None:
    size = vp8_size(data)
    assert size is None or len(data) >= 10
