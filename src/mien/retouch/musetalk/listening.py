"""What is heard, while the sound still comes."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from mien.retouch.musetalk.hearing import (
    FEATURE_RATE,
    LEFT,
    SAMPLES_PER_FEATURE,
    WINDOW,
    Ear,
)
from mien.types import Floats

HOP = 10
"""Features that are listened to at once, 200 ms."""
UNSURE = 1
"""Features at the end of the sound that are not believed: what comes next touches them. The
encoder's convolutions see 12.5 ms beyond the 20 ms of a feature."""
_CONTEXT = 500
"""Features before the new ones that are listened to again, so that the encoder knows what was
said: 10 s."""
_KEPT = 100
"""Features that can still be asked for, 2 s."""


class Listener:
    """Sound that is listened to as it is pushed, in steps of 200 ms.

    A window of it can be taken 120 ms after its frame, and the step and the unsure end add to that:
    a frame is ready when 140 to 340 ms of sound after it have come, 240 on average, and the time of
    one look of the encoder. A :class:`Hearable`; memory does not grow.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._context = min(_CONTEXT, ear.longest // SAMPLES_PER_FEATURE - 3 * HOP)
        self._samples = np.zeros(0, np.float32)
        self._start = 0
        """Of the samples that are held, counted in features from the first."""
        self._features = np.zeros((0, *ear.shape), np.float32)
        self._first = 0
        """Number of the first feature that is held."""
        self._ended = False

    @property
    def num_features(self) -> int:
        """Heard until now."""
        return self._first + len(self._features)

    def push(self, samples: Floats) -> None:
        """More sound, mono float32 at 16 kHz, any number of samples. None after the end."""
        assert not self._ended, "nothing comes after the end"
        self._samples = np.concatenate([self._samples, np.asarray(samples, np.float32)])
        while self._num_whole - UNSURE >= self.num_features + HOP:
            self._listen(self.num_features + HOP, UNSURE)

    def end(self) -> None:
        """No more sound comes: what is left is listened to, and silence follows it."""
        if not self._ended and self._num_whole > self.num_features:
            self._listen(self._num_whole, 0)
        self._ended = True

    def features(self, start: int, stop: int) -> Floats:
        """As :class:`Hearable` says, of the last 2 s."""
        found = np.zeros((stop - start, *self._ear.shape), np.float32)
        at, end = max(start, 0), min(stop, self.num_features)
        if at < end:
            assert at >= self._first, "asked for after it was forgotten"
            found[at - start : end - start] = self._features[at - self._first : end - self._first]
        return found

    def num_ready(self, rate: Fraction) -> int:
        """How many frames of a film of this rate have a window now, from the first; after the end
        all those that begin before the sound ends."""
        if self._ended:
            return math.ceil(self.num_features * rate / FEATURE_RATE)
        # frame n needs floor(50 n / rate) + WINDOW - LEFT features
        whole = self.num_features - (WINDOW - LEFT)
        return max(0, math.ceil((whole + 1) * rate / FEATURE_RATE))

    @property
    def _num_whole(self) -> int:
        """Features that came whole."""
        return self._start + len(self._samples) // SAMPLES_PER_FEATURE

    def _listen(self, until: int, unsure: int) -> None:
        """Hear features until before that one, and the unsure ones after it, which are dropped."""
        given = self._samples[: (until + unsure - self._start) * SAMPLES_PER_FEATURE]
        heard = self._ear.listen(given)[self.num_features - self._start : until - self._start]
        held = np.concatenate([self._features, heard])
        self._first += max(0, len(held) - _KEPT)
        self._features = held[-_KEPT:]
        gone = max(0, self.num_features - self._context - self._start)
        self._samples, self._start = self._samples[gone * SAMPLES_PER_FEATURE :], self._start + gone
