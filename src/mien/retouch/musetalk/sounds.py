"""What is heard around each frame: of a sound that is there, and of one that still comes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from mien.retouch.base import HEARING_RATE, LipPainter
from mien.types import Floats, Frame

LOOK_AHEAD_S = 0.12
"""Seconds after a frame that are heard for it."""
_LONGEST_S, _FORGOTTEN_S = 12, 4
"""So much is heard again for each frame, and of more than that so much is forgotten. Whole seconds,
in which whole rates have whole frames."""


class Ear(Protocol):
    """Hears what goes with frames."""

    def around(self, first: int, count: int) -> Floats:
        """The windows of so many frames from that one on: (count, tokens, channels)."""
        ...


class Recording:
    """A sound that is there from beginning to end."""

    def __init__(self, painter: LipPainter, samples: Floats, rate: Fraction) -> None:
        """samples: (S,) of HEARING_RATE; the first one goes with frame 0."""
        self._painter, self._rate = painter, rate
        self._heard = painter.hear(samples)

    def around(self, first: int, count: int) -> Floats:
        return self._painter.windows(self._heard, self._rate, first, count)


class Arriving:
    """A sound that is pushed bit by bit; what has not come yet is silence. It remembers 8 to 12
    seconds, and hears them anew for every frame for which something new has come."""

    def __init__(self, painter: LipPainter, fps: int) -> None:
        self._painter, self._fps = painter, fps
        self._sound = np.zeros(0, np.float32)
        self._starts_s = 0
        self._heard: Any = None
        self._heard_s = 0.0

    def push(self, samples: Floats) -> None:
        """The next samples (S,) of HEARING_RATE; the first ones ever go with frame 0."""
        self._sound = np.concatenate([self._sound, np.asarray(samples, np.float32)])
        while len(self._sound) > _LONGEST_S * HEARING_RATE:
            self._sound = self._sound[_FORGOTTEN_S * HEARING_RATE :].copy()
            self._starts_s += _FORGOTTEN_S
            self._heard = None

    def fall_silent(self, time_s: float) -> None:
        """Silence from then on, whatever has come; what is pushed next goes with that time.
        time_s: at most 8 s before what came last."""
        end = round(time_s * HEARING_RATE) - self._starts_s * HEARING_RATE
        self._sound = self._sound[:end]
        self._sound = np.pad(self._sound, (0, end - len(self._sound)))
        self._heard = None

    def around(self, first: int, count: int) -> Floats:
        arrived_s = self._starts_s + len(self._sound) / HEARING_RATE
        needed_s = min((first + count - 1) / self._fps + LOOK_AHEAD_S, arrived_s)
        if self._heard is None or needed_s > self._heard_s:
            self._heard, self._heard_s = self._painter.hear(self._sound), arrived_s
        first -= self._starts_s * self._fps
        return self._painter.windows(self._heard, Fraction(self._fps), first, count)


class Timed:
    """What is heard with frames of a rate."""

    def __init__(self, ear: Ear, rate: Fraction) -> None:
        self.rate = rate
        self._ear = ear

    def prompts(self, frames: list[Frame]) -> Floats:
        """A window for each, by its own time. All frames up to the last are heard at once."""
        numbers = [round(frame.pts * frame.time_base * self.rate) for frame in frames]
        first, last = min(numbers), max(numbers)
        if last - first >= 2 * len(numbers):  # far apart
            return np.concatenate([self._ear.around(number, 1) for number in numbers])
        windows = self._ear.around(first, last - first + 1)
        return windows[[number - first for number in numbers]]
