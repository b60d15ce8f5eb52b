"""Other voices, rooms, microphones and noises out of a few synthetic voices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from mien.speech.spectrum import HOP, band_powers, loudness, mel_filters, relative_logs, timbre
from phoneme_network.corpus import RATE, UNKNOWN, Utterance

LONGEST_S = 3.2


def random_tract(rng: np.random.Generator) -> np.ndarray:
    """Mel filters of a vocal tract 0.8 to 1.25 times as long, formants moved about."""
    whole = np.exp(rng.uniform(-0.22, 0.22))
    spread = (0.05, 0.06, 0.1, 0.2, 0.2)  # hisses differ more than resonances do
    factors = whole * np.exp(rng.normal(0, spread))
    return mel_filters(tuple(zip((0.0, 700.0, 2000.0, 4000.0, 8000.0), factors, strict=True)))


def resampled(samples: np.ndarray, factor: float) -> np.ndarray:
    """Faster and higher by ``factor``."""
    count = int(len(samples) / factor)
    at = np.arange(count, dtype=np.float32) * factor
    below = at.astype(np.int32)
    share = at - below
    after = samples[np.minimum(below + 1, len(samples) - 1)]
    return np.asarray(samples[below] * (1 - share) + after * share, np.float32)


def colour(rng: np.random.Generator, bins: int, spread_db: float) -> np.ndarray:
    """A smooth random response: gains at seven frequencies, interpolated."""
    knots = np.array([0, 150, 500, 1200, 2500, 4500, 8000.0])
    gains = rng.normal(0, spread_db, len(knots))
    coarse = 10 ** (np.interp(np.linspace(0, RATE / 2, 201), knots, gains) / 20)
    return np.asarray(np.interp(np.linspace(0, 200, bins), np.arange(201), coarse), np.float32)


def room(rng: np.random.Generator) -> np.ndarray:
    """An impulse response: the direct sound, then decaying noise."""
    decay = rng.uniform(0.08, 0.5)
    count = int(min(decay, 0.35) * RATE)
    tail = rng.standard_normal(count, np.float32) * 10 ** (-3 * np.arange(count) / (decay * RATE))
    tail[: int(0.002 * RATE)] = 0
    tail *= 10 ** (rng.uniform(-20, -3) / 20) / np.sqrt((tail**2).sum() + 1e-9)
    tail[0] = 1
    return tail


def through(rng: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    """Equaliser, room and band limits, each sometimes."""
    size = next_fast_len(len(samples) + 6000, real=True)
    found = rfft(samples, size)
    if rng.random() < 0.8:
        found *= colour(rng, len(found), rng.uniform(1, 6))
    if rng.random() < 0.35:
        found *= rfft(room(rng), size)
    if rng.random() < 0.2:
        hertz = np.linspace(0, RATE / 2, len(found))
        low, high = rng.uniform(20, 300), rng.uniform(3000, 7500)
        found *= 1 / (1 + np.exp((hertz - high) / 80)) / (1 + np.exp((low - hertz) / 20))
    return np.asarray(irfft(found, size)[: len(samples)])


def noise(rng: np.random.Generator, count: int, others: Sequence[Utterance]) -> np.ndarray:
    """White, coloured, humming or babbling noise of unit power."""
    kind = rng.random()
    if kind < 0.65:
        size = next_fast_len(count, real=True)
        found = rfft(rng.standard_normal(size, np.float32))
        if kind > 0.15:
            found *= colour(rng, len(found), 9)
            found /= np.maximum(1, np.arange(len(found)) / size * RATE / 100) ** rng.uniform(0, 1)
        made = irfft(found, size)[:count]
    elif kind < 0.75:
        at = np.arange(count) / RATE
        base = rng.uniform(45, 400)
        made = sum(
            rng.random() * np.sin(2 * np.pi * (base * n * at + rng.random())) for n in range(1, 8)
        )
    else:
        made = np.zeros(count)
        for _ in range(int(rng.integers(2, 7))):
            voice = others[int(rng.integers(len(others)))].samples
            made += np.resize(np.roll(voice, int(rng.integers(len(voice)))), count)
    return np.asarray(made / (np.sqrt((made**2).mean()) + 1e-6))


def labels(utterance: Utterance, frames: int, factor: float) -> np.ndarray:
    """Phone at the centre of each frame."""
    centres = (np.arange(frames) + 0.5) * HOP / RATE * factor
    at = np.searchsorted(utterance.ends, centres, side="right")
    return np.append(utterance.phones, 0)[np.minimum(at, len(utterance.phones))]


def example(
    utterance: Utterance, others: Sequence[Utterance], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Network input (frames, BANDS) and phones (frames,) of a changed utterance."""
    factor = float(np.exp(rng.uniform(-0.16, 0.16))) if rng.random() < 0.6 else 1.0
    samples = resampled(utterance.samples.astype(np.float32), factor)
    phones = labels(utterance, -(-len(samples) // HOP), factor)
    longest = int(LONGEST_S * 100)
    first = int(rng.integers(max(1, len(phones) - longest + 1)))
    phones = phones[first : first + longest]
    samples = samples[first * HOP : (first + longest) * HOP]
    level = np.sqrt((samples**2).mean()) + 1
    if rng.random() < 0.03:  # nobody speaks
        samples, phones = np.zeros_like(samples), np.zeros_like(phones)
    if rng.random() < 0.85:
        samples = through(rng, samples)
    if rng.random() < 0.6:
        ratio = 10 ** (-rng.uniform(0, 40) / 20)
        samples = samples + noise(rng, len(samples), others) * level * ratio
    if rng.random() < 0.05:
        peak = np.abs(samples).max() * rng.uniform(0.2, 0.8)
        samples = np.clip(samples, -peak, peak)
    samples = samples + rng.standard_normal(len(samples), np.float32) * np.float32(
        rng.uniform(0.5, 6)
    )
    return normalised(samples.astype(np.float32) / 32768, rng), phones


def normalised(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The spectrum, its level and timbre sometimes measured on a part, as live sound has it."""
    filters = random_tract(rng) if rng.random() < 0.85 else mel_filters()
    powers = band_powers(samples, filters)
    part = powers
    if rng.random() < 0.4 and len(powers) > 120:
        begin = int(rng.integers(len(powers) - 100))
        part = powers[begin : begin + int(rng.integers(100, 250))]
    level = loudness(part) * 10 ** rng.normal(0, 0.15)
    bands = relative_logs(powers, level) - timbre(part, level)[0]
    for _ in range(int(rng.integers(0, 3))):
        low = int(rng.integers(bands.shape[1]))
        bands[:, low : low + int(rng.integers(1, 6))] = 0
    if rng.random() < 0.3:
        begin = int(rng.integers(len(bands)))
        bands[begin : begin + int(rng.integers(2, 9))] = 0
    return bands


def batch(
    picked: Sequence[Utterance], others: Sequence[Utterance], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (B, T, BANDS) and phones (B, T), padded to the longest, an even number of frames."""
    made = [example(u, others, rng) for u in picked]
    longest = max(len(p) for _, p in made)
    longest += longest % 2
    bands = np.zeros((len(made), longest, made[0][0].shape[1]), np.float32)
    phones = np.full((len(made), longest), UNKNOWN, np.uint8)
    for n, (found, said) in enumerate(made):
        bands[n, : len(said)], phones[n, : len(said)] = found[: len(said)], said
    return bands, phones
