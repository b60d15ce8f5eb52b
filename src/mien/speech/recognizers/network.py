"""The project's own network: phonemes without text, the same answer for the same sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.speech.decoding import Logs, joined, likeliest, segments_of
from mien.speech.models import phone_pairs, phoneme_network
from mien.speech.phonemes import PHONES, Recognition, SpokenPhoneme
from mien.speech.samples import Mono, mono_16k
from mien.speech.spectrum import (
    HOP,
    SAMPLE_RATE,
    Spectrum,
    mel_filters,
    power_spectrum,
    without_timbre,
)
from mien.speech.windows import overlapping

_TRACTS = (0.88, 1.0, 1.12, 1.25)
_TRUST = 20.0


class NetworkRecognizer:
    """Recognises any sound, of any length, in windows of 20 seconds; memory does not grow.

    Every window is heard with two seconds of its neighbours, so no seam can be heard.
    """

    name = "network"

    def __init__(self) -> None:
        self._session = phoneme_network()
        self._follow = phone_pairs()

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        """What is said in samples (S,), (S, C) or (C, S), -1..1; ``text`` is not used."""
        mono = mono_16k(samples, sample_rate)
        return Recognition(tuple(self.recognize_blocks([mono])), self.name)

    def recognize_blocks(self, blocks: Iterable[Mono]) -> Iterator[SpokenPhoneme]:
        """The phonemes of sound that comes in blocks (S,) at 16 kHz, for hours if need be."""
        last: SpokenPhoneme | None = None
        for start, length, logs in self.windows(blocks):
            offset = start / SAMPLE_RATE
            path = likeliest(logs, self._follow)
            heard = [
                p._replace(start_s=p.start_s + offset, end_s=p.end_s + offset)
                for p in segments_of(path, logs, length / SAMPLE_RATE)
            ]
            *done, last = joined([last, *heard] if last else heard)
            yield from done
        if last:
            yield last

    def all_log_probabilities(self, mono: Mono) -> Logs:
        """(ceil(S / 160), phonemes) of a whole recording, heard in windows."""
        parts = [logs for _, _, logs in self.windows([mono])]
        return np.concatenate(parts) if parts else np.zeros((0, len(PHONES)), np.float32)

    def windows(self, blocks: Iterable[Mono]) -> Iterator[tuple[int, int, Logs]]:
        """First sample and length of each window, and (frames, phonemes) log probabilities."""
        start = 0
        for before, length, heard in overlapping(blocks):
            frames = -(-length // HOP)
            yield start, length, self.log_probabilities(heard)[before // HOP :][:frames]
            start += length

    def log_probabilities(self, mono: Mono) -> Logs:
        """(ceil(S / 160), phonemes) for samples (S,) at 16 kHz.

        The sound is heard as if from vocal tracts of several lengths; the surer the network is of
        its answer to one, the more that counts. Speakers unlike those it learned from gain most.
        """
        powers = power_spectrum(mono)
        heard = np.stack([self._hear(powers @ filters) for filters in _tracts()])
        sure = heard.max(axis=2).mean(axis=1) * _TRUST
        weights = np.exp(sure - sure.max())
        logs = np.tensordot(weights / weights.sum(), heard, axes=1)
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return np.asarray(logs, np.float32)

    def _hear(self, powers: Spectrum) -> Logs:
        bands = without_timbre(powers)
        even = np.pad(bands, ((0, len(bands) % 2), (0, 0)))
        (logs,) = self._session.run(["later"], {"bands": even[None]})
        return np.asarray(logs[0][: len(bands)], np.float32)


@cache
def _tracts() -> tuple[NDArray[np.float32], ...]:
    """Mel filters for vocal tracts of different lengths."""
    return tuple(mel_filters(((0.0, factor), (8000.0, factor))) for factor in _TRACTS)
