"""LivePortrait's runtime without networks: a reading is told by the colours of a picture, and what
is rendered is a colour told by the keypoints."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.types import Floats, Image

CANONICAL = np.random.default_rng(7).uniform(-0.5, 0.5, (21, 3)).astype(np.float32)


def reading_of(picture: Image) -> KeypointReading:
    """Red is the expression, green the yaw, blue the place."""
    red, green, blue = picture.reshape(-1, 3).mean(axis=0) / 255.0
    return KeypointReading(
        canonical=CANONICAL,
        expression=np.full((21, 3), 0.1 * red, np.float32),
        pitch=0.0,
        yaw=float(30 * green),
        roll=0.0,
        translation=np.array([0.2 * blue, 0, 0.5], np.float32),
        scale=1.5,
    )


@dataclass
class PlainRuntime:
    """The first keypoint decides the colour of the whole picture."""

    seen: list[Image] = field(default_factory=list)
    rendered: list[Floats] = field(default_factory=list)
    closed: bool = False

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        self.seen.extend(pictures)
        return [reading_of(picture) for picture in pictures]

    def prepare(self, picture: Image, keypoints: Floats) -> Floats:
        return keypoints

    def render(self, prepared: Floats, driving: Floats) -> Floats:
        self.rendered.extend(driving)
        colours = np.clip(driving[:, 0] * 0.5 + 0.5, 0, 1)
        return np.broadcast_to(colours[:, None, None], (len(driving), 512, 512, 3))

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        return driving

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        return np.full((21, 3), 0.01 * float(ratios[-1]), np.float32)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        return np.full((21, 3), 0.02 * float(ratios[-1]), np.float32)

    def close(self) -> None:
        self.closed = True
