"""What the phoneme network hears: log energies of mel bands, 100 frames a second.

Used by the recogniser and by the training script, so that both hear the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
HOP = 160
"""Samples from frame to frame: 10 ms. Frame n is centred on sample (n + 0.5) * HOP."""
BANDS = 40
WINDOW = 400
BEFORE = (WINDOW - HOP) // 2
"""Samples of a frame's window that lie before the frame, and as many after it."""
_FFT = 512
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7600.0
_FLOOR = 1e-6  # of the level of speech: quieter sound is all the same
_LOUD_PERCENTILE = 95.0
_QUIETEST = 3e-4  # power of speech at about -65 dB of full scale; below it, all is silence
_ACTIVE = 1e-3  # of that level: quieter frames do not count as speech

Spectrum = NDArray[np.float32]
"""(frames, BANDS)."""


def mel_filters(
    stretch: Sequence[tuple[float, float]] = ((0.0, 1.0), (8000.0, 1.0)),
) -> NDArray[np.float32]:
    """Weights (257, BANDS) of triangular bands, equally spaced on the mel scale (HTK's formula).

    ``stretch``: knots (Hz, factor); a band's corners move by the factor found between them, as the
    resonances of a shorter vocal tract do (factors above 1).
    """
    mels = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), BANDS + 2)
    corners = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    knots, factors = zip(*stretch, strict=True)
    corners = corners * np.interp(corners, knots, factors)
    bins = np.arange(_FFT // 2 + 1) * (SAMPLE_RATE / _FFT)
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    rise = (bins[:, None] - low) / np.maximum(middle - low, 1e-9)
    fall = (high - bins[:, None]) / np.maximum(high - middle, 1e-9)
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)), np.float32)


def power_spectrum(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(ceil(S / HOP), 257) of samples (S,) at 16 kHz, by Hann windows of 25 ms."""
    count = -(-len(samples) // HOP)
    padded = np.zeros(BEFORE + count * HOP + WINDOW, np.float32)
    padded[BEFORE : BEFORE + len(samples)] = samples
    return windows_spectrum(padded)[:count]


def windows_spectrum(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same for every whole window in samples (S,), the first of which begins with them."""
    if len(samples) < WINDOW:
        return np.zeros((0, _FFT // 2 + 1), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    found = np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), _FFT)
    return np.asarray(found.real**2 + found.imag**2, np.float32)


def band_powers(samples: NDArray[np.float32], filters: NDArray[np.float32]) -> Spectrum:
    """Power in each band for samples (S,) at 16 kHz: (ceil(S / HOP), BANDS)."""
    return power_spectrum(samples) @ filters


def loudness(powers: Spectrum) -> float:
    """Level of the loud parts of a recording, as power; never below that of very quiet speech."""
    if not len(powers):
        return _QUIETEST
    return max(_QUIETEST, float(np.percentile(powers.sum(axis=1), _LOUD_PERCENTILE)) / BANDS)


def relative_logs(powers: Spectrum, level: float) -> Spectrum:
    """Natural logarithms of the powers over the level, with a floor 60 dB below it."""
    return np.asarray(np.log(powers / level + _FLOOR), np.float32)


def timbre(powers: Spectrum, level: float) -> tuple[NDArray[np.float32], int]:
    """Mean logarithm (BANDS,) over the frames that hold speech: voice and microphone; and the
    number of these frames."""
    active = powers.sum(axis=1) / BANDS > _ACTIVE * level
    if not active.any():
        return np.zeros(BANDS, np.float32), 0
    mean = relative_logs(powers[active], level).mean(axis=0)
    return np.asarray(mean, np.float32), int(active.sum())


def without_timbre(powers: Spectrum) -> Spectrum:
    """The network's input for band powers: logarithms without level and timbre, about -4..4."""
    level = loudness(powers)
    return relative_logs(powers, level) - timbre(powers, level)[0]


def _mel(hertz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hertz / 700.0))
