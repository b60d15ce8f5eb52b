"""What every kind of output does with frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.types import Image


class SoundReader(Protocol):
    """Sound, 48000 samples a second, that is read bit by bit."""

    @property
    def layout(self) -> str:
        """``mono`` or ``stereo``."""

    def read(self, number: int) -> NDArray[np.float32]:
        """The next ``number`` samples, (channels, number), -1..1, contiguous; silence where there
        are no more."""

    def close(self) -> None:
        """Let go of it. May be called twice."""


class Sound(Protocol):
    """What is heard under a result."""

    def reader(self) -> SoundReader:
        """Reads it from its beginning. Raises UnreadableMediaError."""


@dataclass(frozen=True, slots=True)
class Format:
    """What will be written: ``size`` (width, height) in pixels, ``rate`` in frames per second."""

    size: tuple[int, int]
    rate: Fraction
    alpha: bool = False
    audio: Sound | None = None


class Encoder(Protocol):
    """Writes frames to one file or folder as they come; holds back a bounded number."""

    def write(self, pixels: Image) -> None:
        """Append one frame, RGB or RGBA."""

    def finish(self) -> None:
        """Write what is held back and complete the file."""

    def close(self) -> None:
        """Let go of the file, finished or not. May be called twice."""


def channels_for(pixels: Image, alpha: bool) -> Image:
    """RGBA if ``alpha``, else RGB, with transparent parts laid over black."""
    has_alpha = pixels.shape[2] == 4
    if alpha:
        if has_alpha:
            return pixels
        opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        return np.concatenate([pixels, opaque], axis=2)
    if not has_alpha:
        return pixels
    weight = pixels[..., 3:].astype(np.uint16)
    return ((pixels[..., :3] * weight + 127) // 255).astype(np.uint8)
