"""Small real media files for the tests of mien.media."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from mien.types import Image


def numbered(number: int, size: tuple[int, int] = (64, 48)) -> Image:
    """A picture that tells its number: a grey of 20 + 3 * number."""
    return np.full((size[1], size[0], 3), 20 + 3 * number, np.uint8)


def number_of(pixels: Image) -> int:
    return round((float(pixels[..., :3].mean()) - 20) / 3)


def write_clip(
    path: Path,
    pictures: Sequence[Image],
    *,
    rate: Fraction | int = 25,
    ticks: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    sound: tuple[Any, int, str] | None = None,
    prepare: Callable[[Any], None] = lambda stream: None,
) -> Path:
    """Pictures shown at ``ticks * time_base``; ``sound``: mono samples, their rate, a codec."""
    rate = Fraction(rate)
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, options=options or {"crf": "4", "g": "12"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if time_base is not None:
            stream.codec_context.time_base = time_base
        prepare(stream)
        audio = None
        if sound is not None:
            audio = file.add_stream(sound[2], rate=sound[1])
            audio.codec_context.layout = "mono"
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts = index if ticks is None else ticks[index]
            frame.time_base = time_base or 1 / rate
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if sound is not None:
            _write_samples(file, audio, sound[0], sound[1])
    return path


def write_sound(path: Path, samples: Any, rate: int = 44_100, codec: str = "aac") -> Path:
    """A file with mono sound and nothing else."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        stream.codec_context.layout = "mono"
        _write_samples(file, stream, samples, rate)
    return path


def _write_samples(file: Any, stream: Any, samples: Any, rate: int) -> None:
    for start in range(0, len(samples), 1024):
        block = np.ascontiguousarray(samples[None, start : start + 1024], np.float32)
        frame = av.AudioFrame.from_ndarray(block, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def tone(seconds: float, rate: int = 44_100) -> Any:
    """A beep of 1 kHz."""
    return 0.7 * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * rate)) / rate)
