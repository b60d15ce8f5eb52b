"""Decoders that make no more of a picture than can be looked at: a few bytes can stand for a
picture that fills the memory."""

from __future__ import annotations

from aiortc import RTCRtpCodecParameters
from aiortc.codecs import get_decoder, h264, vpx
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from av import VideoFrame
from av.frame import Frame

MOST_PIXELS = 4096 * 2304
_VP8_START = b"\x9d\x01\x2a"


def bounded_decoder(codec: RTCRtpCodecParameters) -> Decoder:
    """As aiortc makes them. Pictures of more than MOST_PIXELS are errors in H.264; of VP8 they are
    as wide, and two pixels high."""
    match codec.mimeType.lower():
        case "video/h264":
            return _H264()
        case "video/vp8":
            return _Vp8()
    return get_decoder(codec)


def vp8_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a key frame says (RFC 6386, section 9.1); None of other frames."""
    if len(data) < 10 or data[0] & 1 or data[3:6] != _VP8_START:
        return None
    width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


class _H264(h264.H264Decoder):
    def __init__(self) -> None:
        super().__init__()
        self.codec.options = {"max_pixels": str(MOST_PIXELS)}


class _Vp8(vpx.Vp8Decoder):
    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        size = vp8_size(encoded_frame.data)
        if size is not None and size[0] * size[1] > MOST_PIXELS:
            return [VideoFrame(max(size), 2, "gray")]  # as large a side, and no more
        return super().decode(encoded_frame)
