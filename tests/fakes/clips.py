"""Films for tests: the built-in portrait moved about, with a tone under it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from importlib.resources import files
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np

from mien.types import Image

SAMPLE_RATE = 48_000


def astronaut() -> Image:
    """The built-in portrait, RGB, 512 x 512."""
    data = np.frombuffer(files("mien").joinpath("data", "astronaut.png").read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def moving_face(num_frames: int, side: int = 256) -> Iterator[Image]:
    """The astronaut's face, nodding, leaning and coming nearer; starts at rest."""
    picture = astronaut()
    for number in range(num_frames):
        phase = 2 * math.pi * number / 25
        turn = cv2.getRotationMatrix2D((224, 110), 8 * math.sin(phase), 1 + 0.1 * math.sin(phase))
        turn[:, 2] += (96 - 224 + 8 * math.sin(2 * phase), 100 - 110)
        turn *= side / 192
        yield cv2.warpAffine(picture, turn, (side, side), borderMode=cv2.BORDER_REFLECT)


def still_life(num_frames: int, side: int = 256) -> Iterator[Image]:
    """Nothing that has a face."""
    rows, columns = np.mgrid[:side, :side]
    for number in range(num_frames):
        yield np.dstack([rows + number, columns, rows ^ columns]).astype(np.uint8)


def write_clip(
    path: Path,
    pictures: Iterable[Image],
    *,
    rate: Fraction = Fraction(25),
    sound_s: float = 0.0,
) -> Path:
    """Write an H.264 film; with ``sound_s`` a tone of that many seconds goes under it."""
    pictures = iter(pictures)
    first = next(pictures)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "12"})
        video.pix_fmt = "yuv420p"
        video.height, video.width = first.shape[:2]
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if sound_s else None
        for picture in chain([first], pictures):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        if audio is not None:
            for frame in _tone(sound_s):
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def write_sound(path: Path, seconds: float) -> Path:
    """A film without pictures."""
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for frame in _tone(seconds):
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def _tone(seconds: float) -> Iterator[av.AudioFrame]:
    samples = np.sin(2 * np.pi * 440 * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    for start in range(0, len(samples), 1024):
        part = samples[None, start : start + 1024].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        frame.time_base = Fraction(1, SAMPLE_RATE)
        yield frame
