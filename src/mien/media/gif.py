"""Animated GIF."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.media.encoder import Format, channels_for
from mien.media.palette import TRANSPARENT, Palette
from mien.types import Image

_TICK = Fraction(1, 100)  # GIF counts in hundredths of a second
_MIN_TICKS = 2  # browsers show anything faster as ten frames a second
_HELD_FRAMES = 24
_HELD_BYTES = 24_000_000


class GifEncoder:
    """One palette chosen from the first second, ordered dither, delays exact on average.

    Rates above 50 lose frames, never speed. Transparency is on or off.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self._alpha = form.alpha
        self._rate = form.rate
        self._num_frames = 0
        self._last_ticks = -_MIN_TICKS
        self._palette: Palette | None = None
        self._held: list[tuple[int, Image]] = []
        width, height = form.size
        self._max_held = max(1, min(_HELD_FRAMES, _HELD_BYTES // (width * height * 3)))
        # The muxer cannot know how long the last frame lasts and would show it for one tick.
        last_ticks = max(_MIN_TICKS, round(1 / form.rate / _TICK))
        options = {"loop": "0", "final_delay": str(last_ticks)}
        self._file = av.open(f"file:{path}", "w", format="gif", container_options=options)
        stream = self._file.add_stream("gif", rate=100)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = "pal8"
        self._stream = stream

    def write(self, pixels: Image) -> None:
        ticks = round(self._num_frames / self._rate / _TICK)
        self._num_frames += 1
        if ticks - self._last_ticks < _MIN_TICKS:
            return
        self._last_ticks = ticks
        self._held.append((ticks, channels_for(pixels, self._alpha)))
        if self._palette is not None or len(self._held) >= self._max_held:
            self._encode_held()

    def finish(self) -> None:
        self._encode_held()
        self._file.mux(self._stream.encode(None))
        self._file.close()

    def close(self) -> None:
        self._file.close()

    def _encode_held(self) -> None:
        if not self._held:
            return
        if self._palette is None:
            self._palette = Palette([pixels for _, pixels in self._held])
        for ticks, pixels in self._held:
            self._file.mux(self._stream.encode(self._frame(self._palette, ticks, pixels)))
        self._held.clear()

    def _frame(self, palette: Palette, ticks: int, pixels: Image) -> VideoFrame:
        argb = np.full((256, 4), 255, np.uint8)
        argb[:, 1:] = palette.colours
        argb[TRANSPARENT, 0] = 0
        paletted: Any = (palette.indices(pixels), argb)  # documented, but not in PyAV's stub
        frame = VideoFrame.from_ndarray(paletted, format="pal8")
        frame.pts = ticks
        frame.time_base = _TICK
        return frame
