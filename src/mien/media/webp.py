"""Animated WebP."""

from __future__ import annotations

from pathlib import Path

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.media.encoder import Format, channels_for
from mien.types import Image


class WebpEncoder:
    """Lossy frames, each complete in itself, with transparency if wanted. 8 ms a frame at 512.

    Of FFmpeg's two encoders the one for stills: the one for animations keeps the whole result
    in memory until the end.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self._alpha = form.alpha
        self._rate = form.rate
        self._num_frames = 0
        self._file = av.open(str(path), "w", format="webp", container_options={"loop": "0"})
        # Level 2 is 4 % larger than 4 and twice as fast.
        options = {"quality": "85", "compression_level": "2"}
        stream = self._file.add_stream("libwebp", rate=form.rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = form.size
        stream.pix_fmt = "bgra"  # libwebp itself turns it into its own kind of YUV
        self._stream = stream

    def write(self, pixels: Image) -> None:
        layout = "rgba" if self._alpha else "rgb24"
        picture = VideoFrame.from_ndarray(channels_for(pixels, self._alpha), format=layout)
        frame = picture.reformat(format="bgra")
        frame.pts = self._num_frames
        frame.time_base = 1 / self._rate
        self._num_frames += 1
        self._file.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._file.mux(self._stream.encode(None))
        self._file.close()

    def close(self) -> None:
        self._file.close()
