"""A painter of lips without networks, and a finder of faces that always finds the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np

from mien.motion.face_template import FACE_TEMPLATE
from mien.types import Face, Floats, Image

RATE = 16_000
Brush = Callable[[Image, Floats], Image]
"""(crop, what is heard with it: number of the frame, loudness) -> crop."""


def as_it_was(crop: Image, heard: Floats) -> Image:
    """Paints what is there."""
    return crop


def number_of_frame(crop: Image, heard: Floats) -> Image:
    """Paints a colour that says which frame's sound was heard: `number_in`."""
    number = round(float(heard[0]))
    levels = [60 + 12 * (number // 10**digit % 10) for digit in range(3)]
    return np.broadcast_to(np.array(levels, np.uint8), crop.shape).copy()


def mouth(crop: Image, heard: Floats) -> Image:
    """Paints a mouth that is open as far as it is loud."""
    painted, side = crop.copy(), crop.shape[0]
    axes = round(side * 0.16), round(side * min(0.12, float(heard[1])))
    cv2.ellipse(painted, (side // 2, round(side * 0.74)), axes, 0, 0, 360, (60, 20, 25), -1)
    return painted


@dataclass
class FakePainter:
    """Counts what it is asked. latents are the crops themselves; a window of 1 x 2 holds the number
    of its frame and how loud the sound is there."""

    brush: Brush = as_it_was
    side: int = 256
    classes: Image | None = None
    encoded: list[int] = field(default_factory=list)
    painted: list[int] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    closed: bool = False

    def encode(self, crops: Image) -> Floats:
        assert crops.shape[1:] == (self.side, self.side, 3)
        self.encoded.append(len(crops))
        return np.moveaxis(crops, -1, 1).astype(np.float32)

    def paint(self, latents: Floats, prompts: Floats) -> Image:
        assert len(latents) == len(prompts)
        self.painted.append(len(latents))
        crops = np.moveaxis(np.asarray(latents), 1, -1).astype(np.uint8)
        return np.stack([self.brush(crop, p[0]) for crop, p in zip(crops, prompts, strict=True)])

    def hear(self, samples: Floats) -> Floats:
        self.heard.append(len(samples))
        return np.asarray(samples)

    def windows(self, heard: Floats, rate: Fraction, first: int, count: int) -> Floats:
        return np.array([[[n, _loudness(heard, n / rate)]] for n in range(first, first + count)])

    def parse(self, picture: Image) -> Image | None:
        assert picture.shape[0] == picture.shape[1]
        return self.classes

    def close(self) -> None:
        self.closed = True


def _loudness(samples: Floats, time_s: Fraction) -> float:
    start, end = (
        max(0, round((time_s + shift) * RATE)) for shift in (Fraction(-2, 25), Fraction(3, 25))
    )
    part = samples[start:end]
    return math.sqrt(float(np.mean(part**2))) if len(part) else 0.0


def mean_face(x: float, y: float, width: float) -> Face:
    """A mean face of that width in pixels around (x, y)."""
    points = FACE_TEMPLATE.landmarks.astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    placed = (points - (low + high) / 2) * (width / (high[0] - low[0])) + (x, y, 0.0)
    return Face(placed.astype(np.float32), 1.0)


@dataclass
class ScriptedFaces:
    """Finds what the script says for the next picture; its last entry for ever."""

    script: list[list[Face]]
    tracked: int = 0

    def track(self, image: Image) -> list[Face]:
        faces = self.script[min(self.tracked, len(self.script) - 1)]
        self.tracked += 1
        return sorted(faces, key=lambda face: -face.size)

    def search(self, image: Image) -> list[Face]:
        self.tracked -= 1
        return self.track(image)

    def adopt(self, faces: Iterable[Face]) -> None:
        pass
