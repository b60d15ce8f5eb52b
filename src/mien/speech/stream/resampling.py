"""Sound that comes in chunks, made 16 kHz or another rate: the same however it is cut."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np

from mien.errors import OptionError
from mien.speech.samples import MOST_PHASES, Mono, sinc_taps
from mien.speech.spectrum import SAMPLE_RATE

RATES = (8_000, 768_000)
"""Lower ones would need to wait too long for the sound around a moment."""


class Resampler:
    """Equal to :func:`mien.speech.samples.resample` of the whole sound for all usual rates, 2.3 ms
    behind at most. No rate drifts, however long the sound."""

    def __init__(self, rate: float, to: int = SAMPLE_RATE) -> None:
        """From ``rate`` to ``to``. Raises OptionError for rates outside `RATES`."""
        if not RATES[0] <= rate <= RATES[1]:
            raise OptionError(
                "sample_rate", f"{rate:g} cannot be streamed; give {RATES[0]} to {RATES[1]} Hz"
            )
        self.rate = rate
        self._ratio = to / Fraction(rate).limit_denominator(1000)
        self._plain = self._ratio == 1
        self._num_phases = min(self._ratio.numerator, MOST_PHASES)
        self._taps = sinc_taps(self._num_phases, float(self._num_phases / self._ratio))
        self._side = self._taps.shape[1] // 2
        self._kept = np.zeros(self._side, np.float32)  # what comes around the next results
        self._first = -self._side  # number of the first sample kept
        self._num_heard = self._num_made = 0

    def push(self, samples: Mono) -> Mono:
        """The next samples (S,); those at the new rate that are certain now."""
        if self._plain:
            return samples
        self._num_heard += len(samples)
        self._kept = np.concatenate([self._kept, samples])
        return self._until(self._num_heard - self._side - 1)

    def finish(self) -> Mono:
        """The rest, as if silence followed. Nothing can be pushed after it."""
        if self._plain:
            return np.zeros(0, np.float32)
        self._kept = np.pad(self._kept, (0, self._side + 1))
        return self._until(self._num_heard)

    def _until(self, end: int) -> Mono:
        """Results that lie before sample ``end``. Their places are exact; where there are more
        phases than taps, the nearest serve."""
        last = max(self._num_made, ceil(end * self._ratio))
        numbers = np.arange(self._num_made, last, dtype=np.int64)
        at, rest = np.divmod(numbers * self._ratio.denominator, self._ratio.numerator)
        phase = np.rint(rest * (self._num_phases / self._ratio.numerator)).astype(np.int64)
        at, phase = at + phase // self._num_phases, phase % self._num_phases
        offset = at - self._side - self._first
        windows = self._kept[offset[:, None] + np.arange(self._taps.shape[1])]
        self._num_made = last
        spare = int(self._num_made / self._ratio) - self._side - self._first
        self._kept, self._first = self._kept[spare:], self._first + spare
        return np.asarray(np.einsum("nt,nt->n", windows, self._taps[phase]), np.float32)
