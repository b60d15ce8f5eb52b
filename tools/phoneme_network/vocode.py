"""Voices blurred as those of statistical synthesizers are, at other heights and vocal tracts.

    vocode.py VOICE.npz OUT.npz [--count N] [--first N] [--many]

Such a synthesizer gives a phone's beginning, middle and end the mean spectrum that they have after
or before such a neighbour, smooths what comes of it, and buzzes. Lips and tongue are told apart by
what this leaves. --many: the file holds many voices; their spectra are smoothed, not averaged.

Needs ``pyworld`` from PyPI.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyworld
from scipy.ndimage import convolve1d

from phoneme_network.corpus import RATE, Utterance, read, write

STEP_MS = 5.0
BINS = 1024
ORDER = 32
"""Coefficients of the mel cepstrum: the spectrum without the finest detail."""
LEAST_FRAMES = 12
"""Rarer neighbours have no mean of their own."""
THIRDS = 3
Key = tuple[int, int, int]
"""Phone, third of it, neighbour on that side; -1: any."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """Pitch (T,) in Hz, 0 where voiceless; cepstrum (T, ORDER); aperiodicity; `Key`s (T,)."""

    pitch: np.ndarray
    cepstrum: np.ndarray
    noisiness: np.ndarray
    keys: list[Key]


def analysed(spoken: Utterance) -> Analysed:
    samples = spoken.samples.astype(np.float64) / 32768
    samples += np.random.default_rng(0).normal(0, 1e-4, len(samples))
    pitch, times = pyworld.dio(samples, RATE, frame_period=STEP_MS)
    pitch = pyworld.stonemask(samples, pitch, times, RATE)
    envelope = pyworld.cheaptrick(samples, pitch, times, RATE, fft_size=BINS)
    noisiness = pyworld.d4c(samples, pitch, times, RATE, fft_size=BINS)
    cepstrum = pyworld.code_spectral_envelope(envelope, RATE, ORDER)
    return Analysed(pitch, cepstrum, noisiness, keys(spoken, times))


def keys(spoken: Utterance, times: np.ndarray) -> list[Key]:
    """What the mean of each frame depends on."""
    phones = [int(p) for p in spoken.phones]
    starts = np.append(0.0, spoken.ends[:-1])
    last = len(phones) - 1
    found = []
    for n, time in zip(
        np.minimum(np.searchsorted(spoken.ends, times, side="right"), last), times, strict=True
    ):
        share = (time - starts[n]) / max(1e-3, spoken.ends[n] - starts[n])
        third = min(THIRDS - 1, max(0, int(share * THIRDS)))
        neighbours = (phones[max(0, n - 1)], -1, phones[min(last, n + 1)])
        found.append((phones[n], third, neighbours[third]))
    return found


def means(voice: Sequence[Analysed]) -> dict[Key, np.ndarray]:
    """Mean cepstrum of every key that is frequent, and of every phone's thirds."""
    kept = defaultdict(list)
    for part in voice:
        for key, row in zip(part.keys, part.cepstrum, strict=True):
            kept[key].append(row)
            kept[(*key[:2], -1)].append(row)
    return {
        key: np.mean(rows, axis=0)
        for key, rows in kept.items()
        if len(rows) >= LEAST_FRAMES or key[2] == -1
    }


def blurred(part: Analysed, mean: dict[Key, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Its cepstrum drawn towards the means, then smoothed over time."""
    cepstrum = part.cepstrum
    if mean:
        usual = np.stack([mean.get(key, mean[(*key[:2], -1)]) for key in part.keys])
        cepstrum = cepstrum + rng.uniform(0.3, 1.0) * (usual - cepstrum)
    window = np.hanning(2 * int(rng.integers(2, 6)) + 1)
    return np.asarray(convolve1d(cepstrum, window / window.sum(), axis=0, mode="nearest"))


def said_anew(part: Analysed, cepstrum: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Samples in [-1, 1] at another pitch and with a vocal tract of another length."""
    envelope = pyworld.decode_spectral_envelope(np.ascontiguousarray(cepstrum), RATE, BINS)
    voiced = part.pitch > 0
    usual = np.exp(np.log(part.pitch[voiced]).mean()) if voiced.any() else 1.0
    wanted = rng.uniform(145, 240) if rng.random() < 0.7 else rng.uniform(85, 145)
    longest = 1.0 if usual > 150 else 1.08  # men's tracts become women's more often
    stretch = longest * np.exp(rng.uniform(-0.1, 0.12))
    bins = np.arange(envelope.shape[1])
    at = np.clip(bins / stretch, 0, bins[-1])
    below = at.astype(int)
    above = np.minimum(below + 1, bins[-1])
    logs = np.log(envelope)
    moved = np.exp(logs[:, below] + (at - below) * (logs[:, above] - logs[:, below]))
    variation = rng.uniform(0.5, 1.2)
    pitch = np.where(voiced, wanted * (np.maximum(part.pitch, 1) / usual) ** variation, 0.0)
    noisiness = part.noisiness ** rng.uniform(0.8, 2.0)
    made = pyworld.synthesize(
        pitch, np.ascontiguousarray(moved), np.ascontiguousarray(noisiness), RATE, STEP_MS
    )
    return np.asarray(made / max(1e-3, np.abs(made).max()) * rng.uniform(0.3, 0.9))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("voice", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--many", action="store_true")
    args = parser.parse_args()
    spoken = list(islice(read(args.voice), args.first, args.first + args.count))
    voice = [analysed(u) for u in spoken]
    mean = {} if args.many else means(voice)
    rng = np.random.default_rng(len(spoken))
    made = []
    for original, part in zip(spoken, voice, strict=True):
        samples = said_anew(part, blurred(part, mean, rng), rng)[: len(original.samples)]
        pcm = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
        made.append(Utterance(pcm, original.ends, original.phones))
    write(args.output, made)
    seconds = sum(len(u.samples) for u in made) / RATE
    print(f"{args.output.name}: {len(made)} utterances, {seconds / 60:.1f} min")


if __name__ == "__main__":
    main()
