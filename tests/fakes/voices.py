"""A simple formant synthesizer: speech whose phonemes and times are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RATE = 16_000
_FORMANTS = {
    "AA": (750, 1150, 2500), "AE": (680, 1750, 2450), "IY": (280, 2300, 3000),
    "UW": (310, 900, 2250), "EH": (550, 1850, 2500), "ER": (480, 1300, 1650),
    "M": (260, 1100, 2200), "L": (340, 1100, 2700),
}  # fmt: skip
_LOUDNESS = {"M": 0.12, "L": 0.4}
_HISS = {"S": (4500, 7500), "SH": (2200, 5000), "F": (1500, 7800)}


def say(phones: Sequence[tuple[str, float]], pitch: float = 115.0) -> np.ndarray:
    """Samples (S,) of (phoneme, seconds) pairs, the formants gliding; SIL is silence."""
    count = round(sum(length for _, length in phones) * RATE)
    at = np.arange(count) / RATE
    voiced, hissing = np.zeros(count), np.zeros(count)
    tracks = _tracks(phones, count)
    phase = np.cumsum(pitch * (1 + 0.06 * np.sin(2 * np.pi * 2.1 * at))) / RATE
    for harmonic in range(1, int(RATE / 2 / pitch / 1.1)):
        hertz = harmonic * pitch
        gain = sum(
            weight / (1 + ((hertz - tracks[n]) / (60 + 30 * n)) ** 2)
            for n, weight in enumerate((1.0, 0.6, 0.35))
        )
        voiced += gain * np.sin(2 * np.pi * harmonic * phase) / harmonic**0.3
    noise = np.random.default_rng(7).normal(0, 1, count)
    for phone, (low, high) in _HISS.items():
        spectrum = np.fft.rfft(noise)
        hertz = np.fft.rfftfreq(count, 1 / RATE)
        spectrum[(hertz < low) | (hertz > high)] = 0
        hissing += np.fft.irfft(spectrum, count) * _envelope(phones, count, {phone: 0.25})
    voices = {phone: _LOUDNESS.get(phone, 1.0) for phone in _FORMANTS}
    sound = voiced * _envelope(phones, count, voices) + hissing
    return (0.2 * sound / np.abs(sound).max() + 2e-4 * noise).astype(np.float32)


def _tracks(phones: Sequence[tuple[str, float]], count: int) -> np.ndarray:
    """(3, S) hertz: steps smoothed over 50 ms."""
    tracks, start, last = np.empty((3, count)), 0, (500.0, 1500.0, 2500.0)
    for phone, length in phones:
        last = _FORMANTS.get(phone, last)
        end = start + round(length * RATE)
        tracks[:, start:end] = np.array(last)[:, None]
        start = end
    tracks[:, start:] = np.array(last)[:, None]
    return np.stack([_smoothed(track, 0.05) for track in tracks])


def _envelope(
    phones: Sequence[tuple[str, float]], count: int, gains: dict[str, float]
) -> np.ndarray:
    steps, start = np.zeros(count), 0
    for phone, length in phones:
        end = start + round(length * RATE)
        steps[start:end] = gains.get(phone, 0.0)
        start = end
    return _smoothed(steps, 0.015)


def _smoothed(values: np.ndarray, seconds: float) -> np.ndarray:
    width = round(seconds * RATE)
    padded = np.pad(values, (width // 2, width - 1 - width // 2), "edge")
    return np.convolve(padded, np.full(width, 1 / width), "valid")
