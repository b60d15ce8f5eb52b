"""Between pictures and readings as Mien has them, and what the networks take and give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.types import Floats, Image


def planes(pictures: Image) -> Floats:
    """(B, H, W, 3) 0..255 -> (B, 3, H, W) float32 0..1."""
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), dtype=np.float32) / np.float32(255)


def rows(pictures: Floats) -> Floats:
    """(B, 3, H, W) -> (B, H, W, 3)."""
    return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))


def readings(refined: Sequence[Floats]) -> list[KeypointReading]:
    """From pitch, yaw, roll (B, 1), t (B, 3), exp (B, 21, 3), scale (B, 1) and kp (B, 21, 3)."""
    return [
        KeypointReading(
            canonical=kp,
            expression=exp,
            pitch=float(pitch[0]),
            yaw=float(yaw[0]),
            roll=float(roll[0]),
            translation=t,
            scale=float(scale[0]),
        )
        for pitch, yaw, roll, t, exp, scale, kp in zip(*refined, strict=True)
    ]
