"""What paints over finished frames, and what paints lips.

A retouch is a step behind any engine: it takes the frames that were made and gives as many back, in
their order, with the same times. A painter is the part of it that has networks: it knows crops and
sound, and neither pictures nor faces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from mien.types import Floats, Frame, Image

Retouch: TypeAlias = Callable[[Iterator[Frame]], Iterator[Frame]]
"""As many frames as there are, in order, of the same sizes and times; it may hold some back, and
ask for them in another thread."""
HEARING_RATE = 16_000
"""Samples per second of the sound that painters hear."""


class LipPainter(Protocol):
    """Paints the lower half of faces so that they say what is heard. One thread at a time."""

    @property
    def side(self) -> int:
        """Of its square crops, pixels."""
        ...

    def encode(self, crops: Image) -> Floats:
        """What it must know of faces, which may be kept: one row for each of (N, side, side, 3)."""
        ...

    def paint(self, latents: Floats, prompts: Floats) -> Image:
        """(N, side, side, 3) crops: rows of ``encode``, each with a window of what is heard."""
        ...

    def hear(self, samples: Floats) -> Any:
        """What ``windows`` are cut from: mono sound (S,) of ``HEARING_RATE``, -1..1."""
        ...

    def windows(self, heard: Any, rate: Fraction, first: int, count: int) -> Floats:
        """What is heard around each of ``count`` frames of ``rate`` per second, beginning with the
        one of that number, counted from 0 at the first sample: (count, tokens, channels). Silence
        before the sound and after it."""
        ...

    def parse(self, picture: Image) -> Image | None:
        """Which of BiSeNet's 19 classes a square picture of a face shows where, (512, 512); None,
        and then always, if it has no network for that."""
        ...

    def close(self) -> None:
        """Give memory back; the painter is not used afterwards."""
        ...
