"""How much work a step of a live face is: CPU milliseconds, 512 x 512, engine mesh."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import mien
from mien.media import read_speech, read_still
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions
from mien.pipeline.measuring.figures import distribution

DATA = Path(mien.__file__).parent / "data"
NUM_STEPS, NUM_WARMUP = 100, 60
"""A face that has been silent for two seconds no longer listens to silence."""


def measure() -> dict[str, object]:
    """Of a face that idles, one that speaks, and one that a camera drives; and the seconds from a
    picture to a first step."""
    portrait, options = DATA / "astronaut.png", LiveOptions()
    samples, rate = read_speech(DATA / "hello.ogg")
    camera = read_still(portrait).pixels
    with Keeper() as keeper:
        started = time.process_time()
        face = LiveFace(portrait, options, keeper)
        face.step()
        first_step_s = time.process_time() - started
        for _ in range(NUM_WARMUP):
            face.step()
        idle = _steps(face, lambda: None)
        for _ in range(2):
            face.push_audio(samples, rate)
        talking = _steps(face, lambda: None)
        face.clear()
        driven = _steps(face, lambda: face.push_frame(camera))
        face.close()
    return {
        "first_step_s": round(first_step_s, 3),
        "idle_ms": distribution(idle),
        "talking_ms": distribution(talking),
        "camera_ms": distribution(driven),
    }


def _steps(face: LiveFace, tell: Callable[[], None]) -> list[float]:
    taken = []
    for _ in range(NUM_STEPS):
        started = time.process_time()
        tell()
        face.step()
        taken.append(1000.0 * (time.process_time() - started))
    return taken
