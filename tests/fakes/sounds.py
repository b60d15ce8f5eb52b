"""Sound files of every kind, and the demo's sentence as samples."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

import mien
from mien.media import read_speech
from mien.types import Floats

HELLO = Path(mien.__file__).parent / "data" / "hello.ogg"
"""The demo's sentence."""
_FORMATS = {"pcm_u8": "u8", "pcm_s16le": "s16", "pcm_f32le": "flt", "flac": "s16"}
_LAYOUTS = {1: "mono", 2: "stereo", 8: "7.1"}


def hello(duration_s: float) -> tuple[Floats, int]:
    """The beginning of what is said there, (S,), and its rate."""
    samples, rate = read_speech(HELLO)
    start = round(0.15 * rate)
    return samples[start : start + round(duration_s * rate)].copy(), rate


def resampled(samples: Floats, rate: int, wanted: int) -> Floats:
    """The same at another rate, roughly."""
    times = np.arange(round(len(samples) / rate * wanted)) / wanted
    return np.interp(times, np.arange(len(samples)) / rate, samples).astype(np.float32)


def write_sound(
    path: Path, samples: Floats, rate: int, *, channels: int = 1, codec: str = "pcm_s16le"
) -> Path:
    """Samples (S,), the same on all channels."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        stream.codec_context.layout = _LAYOUTS[channels]
        form = _FORMATS.get(codec, "fltp")
        stream.codec_context.format = form
        size = stream.codec_context.frame_size or 4096
        resampler = av.AudioResampler(format=form, layout=_LAYOUTS[channels], rate=rate)
        for at in range(0, len(samples), size):
            block = np.repeat(samples[None, at : at + size], channels, axis=0)
            packed = np.ascontiguousarray(block.T).reshape(1, -1).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(packed, "flt", _LAYOUTS[channels])
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            for part in resampler.resample(frame):
                file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return path
