"""Phonemes of many languages by a Wav2Vec2 model that the user has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.speech.decoding import joined
from mien.speech.phonemes import Recognition
from mien.speech.samples import Mono, mono_16k
from mien.speech.spectrum import SAMPLE_RATE, band_powers, loudness, mel_filters
from mien.speech.wav2vec2.files import read_folder
from mien.speech.wav2vec2.network import Wav2Vec2Network
from mien.speech.wav2vec2.spikes import Spike, segments_of_spikes, spikes_of
from mien.speech.wav2vec2.tokens import arpabet
from mien.speech.windows import overlapping

_QUIET = 0.003  # of the level of the loud parts


class Wav2Vec2Recognizer:
    """A phoneme model such as facebook/wav2vec2-lv-60-espeak-cv-ft, from a folder of its files.

    ``folder`` holds config.json, vocab.json and model.safetensors, optionally
    preprocessor_config.json. Raises UnreadableMediaError if they cannot be used. Times are made of
    the moments at which the network was surest: good to some tens of milliseconds.
    """

    name = "wav2vec2"

    def __init__(self, folder: str | Path) -> None:
        files = read_folder(Path(folder))
        self._network = Wav2Vec2Network(files, str(folder))
        self._phonemes = {number: arpabet(token) for number, token in files.tokens.items()}
        self._blank = files.blank

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        """What is said in samples (S,), (S, C) or (C, S), -1..1; ``text`` is not used."""
        mono = mono_16k(samples, sample_rate)
        duration = len(mono) / SAMPLE_RATE
        if not duration:
            return Recognition((), self.name)
        segments = segments_of_spikes(self._spikes(mono), _quiet(mono), duration)
        return Recognition(tuple(joined(segments)), self.name)

    def _spikes(self, mono: Mono) -> list[Spike]:
        found, start = [], 0
        for before, length, heard in overlapping([mono]):
            logs = self._network.log_probabilities(heard)
            offset = (start - before) / SAMPLE_RATE
            for spike in spikes_of(logs, self._phonemes, self._blank):
                time = spike.time_s + offset
                if start <= time * SAMPLE_RATE < start + length:
                    found.append(spike._replace(time_s=time))
            start += length
        return found


def _quiet(mono: Mono) -> NDArray[np.bool_]:
    """For every hundredth of a second, smoothed over 50 ms."""
    powers = band_powers(mono, mel_filters())
    power = powers.sum(axis=1) / powers.shape[1] / loudness(powers)
    return np.asarray(np.convolve(power, np.full(5, 0.2), "same")[: len(power)] < _QUIET)
