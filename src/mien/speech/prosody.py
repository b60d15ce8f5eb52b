"""How something is said: level and pitch of the voice, 100 times a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.speech.samples import Mono
from mien.speech.spectrum import HOP, SAMPLE_RATE

STEP_S = HOP / SAMPLE_RATE
SILENT_DB = -80.0
"""Below this nothing is told apart."""
_LEVEL_WINDOW = 2 * HOP
_PITCH_WINDOW = 640
"""40 ms: two periods of the deepest voice."""
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 420.0
_SHORTEST, _LONGEST = int(SAMPLE_RATE / _HIGHEST_HZ), int(SAMPLE_RATE / _LOWEST_HZ)
_FFT = 1024
_THINNED = 2
"""Pitch is sought at 8 kHz: half the work, and less of what only sounds like it."""
_VOICED = 0.5
"""Correlation with what was a period before."""
_QUIETEST_DB = -55.0
_PREFERS_SHORT = 0.85
"""The shortest lag counts whose correlation is this share of the best: two periods correlate as
well as one."""
_BLOCK = 4096
"""Steps at once: bounds memory."""

Steps = NDArray[np.float32]
"""(N,), one value every `STEP_S`; number n is centred on (n + 0.5) * STEP_S seconds."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """level_db: of full scale, -80..0. pitch_hz: 60..420, 0 where nothing is voiced."""

    level_db: Steps
    pitch_hz: Steps


def prosody(samples: Mono) -> Prosody:
    """Level and pitch of samples (S,) at 16 kHz, -1..1. Memory beyond the result is bounded.

    What is said of a moment depends on the 20 ms before and after it.
    """
    count = -(-len(samples) // HOP)
    parts = [_block(samples, at, min(_BLOCK, count - at)) for at in range(0, count, _BLOCK)]
    levels, pitches = zip(*parts, strict=True) if parts else ((), ())
    nothing = np.zeros(0, np.float32)
    return Prosody(np.concatenate([nothing, *levels]), np.concatenate([nothing, *pitches]))


def _block(samples: Mono, first: int, count: int) -> tuple[Steps, Steps]:
    windows = _windows(samples, first, count)
    side = (_PITCH_WINDOW - _LEVEL_WINDOW) // 2
    power = np.square(windows[:, side : side + _LEVEL_WINDOW]).mean(axis=1)
    level_db = 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENT_DB / 10.0)))
    pitch_hz = _pitch(windows.reshape(count, -1, _THINNED).mean(axis=2))
    return (
        level_db.astype(np.float32),
        np.where(level_db > _QUIETEST_DB, pitch_hz, 0.0).astype(np.float32),
    )


def _windows(samples: Mono, first: int, count: int) -> NDArray[np.float32]:
    """(count, _PITCH_WINDOW): centred on each step; silence around the sound."""
    before = (_PITCH_WINDOW - HOP) // 2
    start, length = first * HOP - before, (count - 1) * HOP + _PITCH_WINDOW
    heard = samples[max(start, 0) : start + length]
    left = max(-start, 0)
    padded = np.pad(heard, (left, length - left - len(heard)))
    return np.lib.stride_tricks.sliding_window_view(padded, _PITCH_WINDOW)[::HOP]


def _pitch(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pitch in Hz of each window at 8 kHz: the normalised autocorrelation's first high peak
    (Boersma 1993, Accurate short-term analysis of the fundamental frequency), 0 for none."""
    shape = np.hanning(windows.shape[1] + 2)[1:-1].astype(np.float32)
    found = _correlation((windows - windows.mean(axis=1, keepdims=True)) * shape)
    found /= _correlation(shape[None])
    low, high = _SHORTEST // _THINNED, _LONGEST // _THINNED
    middle, before, after = (found[:, low + s : high + s] for s in (0, -1, 1))
    peaks = np.where((middle >= before) & (middle > after), middle, 0.0)
    best = peaks.max(axis=1, keepdims=True)
    at = np.argmax(peaks >= np.maximum(best * _PREFERS_SHORT, 1e-6), axis=1)
    rows = np.arange(len(found))
    left, mid, right = (part[rows, at] for part in (before, middle, after))
    shift = 0.5 * (left - right) / np.minimum(left - 2.0 * mid + right, -1e-6)
    hertz = SAMPLE_RATE / _THINNED / (at + low + np.clip(shift, -0.5, 0.5))
    return np.where(best[:, 0] > _VOICED, hertz, 0.0).astype(np.float32)


def _correlation(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, lags) autocorrelation, 1 at lag 0."""
    spectrum = np.fft.rfft(windows, _FFT // _THINNED * 2)
    found = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[:, : _LONGEST // _THINNED + 2]
    return np.asarray(found / np.maximum(found[:, :1], 1e-9), np.float32)
