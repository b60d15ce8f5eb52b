"""Animated WebP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from mien.media.encoder import Format, channels_for
from mien.types import Image

_ANIMATION, _ALPHA = 0x02, 0x10  # flags of the header
_REPLACE = 0x02  # flag of a frame: lay it over nothing, not over the one before
_HEADER_BYTES = 12
_PICTURE_CHUNKS = (b"ALPH", b"VP8 ", b"VP8L")


class WebpEncoder:
    """Lossy frames, each complete in itself, with transparency if wanted. 8 ms a frame at 512.

    The container is written here (RFC 9649, 2.7): FFmpeg's muxer lets every frame shine
    through the next one's transparent parts, and libwebp's keeps all frames in memory.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self._alpha = form.alpha
        self._rate = form.rate
        self._size = form.size
        self._num_frames = 0
        self._codec = _still_codec(form)
        self._file = path.open("wb")
        self._file.write(self._header())

    def write(self, pixels: Image) -> None:
        layout = "rgba" if self._alpha else "rgb24"
        picture = VideoFrame.from_ndarray(channels_for(pixels, self._alpha), format=layout)
        frame = picture.reformat(format="bgra")  # libwebp turns it into its own kind of YUV
        frame.pts = self._num_frames
        frame.time_base = 1 / self._rate
        for packet in self._codec.encode(frame):
            self._file.write(self._animated(bytes(packet)))
            self._num_frames += 1

    def finish(self) -> None:
        length = self._file.tell()
        self._file.seek(0)
        self._file.write(b"RIFF" + (length - 8).to_bytes(4, "little"))
        self._file.close()

    def close(self) -> None:
        self._file.close()

    def _header(self) -> bytes:
        width, height = self._size
        flags = _ANIMATION | (_ALPHA if self._alpha else 0)
        canvas = bytes([flags, 0, 0, 0]) + _uint24(width - 1) + _uint24(height - 1)
        repeat_forever = bytes(6)  # background colour, number of turns
        return b"RIFF\0\0\0\0WEBP" + _chunk(b"VP8X", canvas) + _chunk(b"ANIM", repeat_forever)

    def _animated(self, still: bytes) -> bytes:
        """The frame's chunk, made of a WebP file with one picture."""
        width, height = self._size
        shown_ms, ends_ms = (
            round(number * 1000 / self._rate) for number in (self._num_frames, self._num_frames + 1)
        )
        head = _uint24(0) + _uint24(0) + _uint24(width - 1) + _uint24(height - 1)
        head += _uint24(ends_ms - shown_ms) + bytes([_REPLACE])
        return _chunk(b"ANMF", head + b"".join(_picture_chunks(still)))


def _still_codec(form: Format) -> VideoCodecContext:
    codec = av.CodecContext.create("libwebp", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = form.size
    codec.pix_fmt = "bgra"
    codec.time_base = 1 / form.rate
    # Level 2 is 4 % larger than 4 and twice as fast.
    codec.options = {"quality": "85", "compression_level": "2"}
    return codec


def _picture_chunks(still: bytes) -> Iterator[bytes]:
    position = _HEADER_BYTES
    while position + 8 <= len(still):
        length = int.from_bytes(still[position + 4 : position + 8], "little")
        end = position + 8 + length + length % 2
        if still[position : position + 4] in _PICTURE_CHUNKS:
            yield still[position:end]
        position = end


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _uint24(value: int) -> bytes:
    return value.to_bytes(3, "little")
