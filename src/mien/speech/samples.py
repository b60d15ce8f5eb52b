"""Samples as callers have them, made mono and 16 kHz."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.errors import OptionError
from mien.media.speech import LOUDEST
from mien.speech.spectrum import SAMPLE_RATE

_RATES = (1_000, 768_000)
_MOST_CHANNELS = 64
MOST_PHASES = 4000
_HALF_WIDTH = 16  # zero crossings of the sinc on either side
_BLOCK = 65_536  # results per step: bounds memory

Mono = NDArray[np.float32]
"""(S,), -1..1, 16 kHz."""


def mono_16k(samples: ArrayLike, sample_rate: float) -> Mono:
    """One channel at 16 kHz of samples (S,), (S, C) or (C, S), -1..1; integers by their range.

    Raises OptionError for other shapes, sample rates outside 1..768 kHz and samples that are not
    finite.
    """
    if not _RATES[0] <= sample_rate <= _RATES[1]:
        raise OptionError(
            "sample_rate", f"{sample_rate} is not a sample rate; give {_RATES[0]} to {_RATES[1]} Hz"
        )
    return resample(mono(np.asarray(samples)), Fraction(sample_rate).limit_denominator(1000))


def resample(samples: Mono, rate: Fraction) -> Mono:
    """Samples (S,) of another rate at 16 kHz: windowed sinc, one set of taps per phase."""
    ratio = (SAMPLE_RATE / rate).limit_denominator(MOST_PHASES)
    if ratio == 1 or not len(samples):
        return samples
    phases, step = ratio.numerator, ratio.denominator
    taps = sinc_taps(phases, step)
    count = -(-len(samples) * phases // step)
    side = taps.shape[1] // 2
    padded = np.pad(samples, (side, side + step + 1))
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps.shape[1])
    made = np.empty(count, np.float32)
    for phase in range(min(phases, count)):
        first, offset = divmod(phase * step, phases)
        wanted = made[phase::phases]
        for at in range(0, len(wanted), _BLOCK):
            rows = windows[first + at * step :: step][: min(_BLOCK, len(wanted) - at)]
            wanted[at : at + len(rows)] = rows @ taps[offset]
    return made


def sinc_taps(phases: int, step: float) -> NDArray[np.float32]:
    """Row p: taps around a result that lies p / phases of a sample after the one it starts at."""
    cutoff = min(1.0, phases / step) * 0.96
    side = int(np.ceil(_HALF_WIDTH / cutoff))
    at = np.arange(-side, side + 1) - np.arange(phases)[:, None] / phases
    window = np.cos(np.clip(at / (side + 1), -1, 1) * np.pi / 2) ** 2
    taps = np.sinc(at * cutoff) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)


def mono(samples: NDArray[np.generic]) -> Mono:
    """One channel, -1..1, of samples at any rate; see `mono_16k`."""
    if samples.ndim not in (1, 2):
        raise OptionError("samples", f"shape {samples.shape} is not sound; give (S,) or (S, C)")
    if samples.dtype.kind in "iu":
        half = 2.0 ** (8 * samples.dtype.itemsize - 1)
        offset = half if samples.dtype.kind == "u" else 0.0
        samples = (samples.astype(np.float32) - offset) / half
    elif samples.dtype.kind != "f":
        raise OptionError("samples", f"{samples.dtype} is no number; give float32, -1..1, or int16")
    if samples.ndim == 2:
        samples = samples.mean(axis=0 if _channels_first(samples.shape) else 1)
    made = np.asarray(samples, np.float32)
    # The extremes tell; nothing as long as the sound is made, which may be hours of a file.
    if not np.isfinite([made.min(initial=0.0), made.max(initial=0.0)]).all():
        raise OptionError("samples", "some are not finite; replace NaN and infinity by numbers")
    check_loudness("samples", made)
    return made


def check_loudness(name: str, samples: NDArray[np.floating[Any]]) -> None:
    """OptionError for floats that cannot have been meant as -1..1."""
    loudest = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
    if loudest > LOUDEST:
        raise OptionError(name, f"reaches {loudest:g}; floats are wanted in -1..1")


def _channels_first(shape: tuple[int, ...]) -> bool:
    channels = min(shape)
    if channels > _MOST_CHANNELS:
        raise OptionError("samples", f"shape {shape} has no axis of channels (at most 64)")
    return shape[0] == channels
