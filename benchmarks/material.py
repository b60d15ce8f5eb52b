"""What is measured on: the built-in portrait, and a film of it made on the fly."""

from __future__ import annotations

from pathlib import Path

import cv2

import mien
from mien.pipeline.measuring.material import PERIOD_S, RATE, sample_frames, sample_portrait


def save_portrait(path: Path, side: int) -> Path:
    """The portrait as a file."""
    cv2.imwrite(str(path), cv2.cvtColor(sample_portrait(side).pixels, cv2.COLOR_RGB2BGR))
    return path


def save_clip(path: Path, num_frames: int, side: int) -> Path:
    """The portrait in motion as an MP4 film at 30 frames per second, over and over."""
    period = sample_frames(min(num_frames, round(PERIOD_S * RATE)), side)
    with mien.open_sink(path, size=(side, side), rate=RATE) as sink:
        for pts in range(num_frames):
            sink.write(mien.Frame(period[pts % len(period)], pts, 1 / RATE))
    return path
