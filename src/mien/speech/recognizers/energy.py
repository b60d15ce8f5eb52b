"""Last resort: mouth movements out of loudness and brightness, without any recognition."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.speech.decoding import FRAME_S, joined
from mien.speech.phonemes import Recognition, SpokenPhoneme
from mien.speech.samples import mono_16k
from mien.speech.spectrum import SAMPLE_RATE, Spectrum, band_powers, loudness, mel_filters

_SILENT, _SOFT, _LOUD = 0.003, 0.08, 0.5  # of the level of the loud parts
_LOW_BANDS, _HIGH_BANDS = 10, 26  # about 650 Hz and 2900 Hz
_CONFIDENCE = 0.3
_WARNING = "speech was not recognised; the lips follow its loudness"


class EnergyRecognizer:
    """Open mouth where it is loud, hissing where it is bright, closed where it is quiet.

    Right in about two frames of five; every answer warns of it.
    """

    name = "energy"

    def recognize(
        self, samples: ArrayLike, sample_rate: float, text: str | None = None
    ) -> Recognition:
        """Rough phonemes of samples (S,) or (S, C), -1..1; ``text`` is not used."""
        mono = mono_16k(samples, sample_rate)
        if not len(mono):
            return Recognition((), self.name, (_WARNING,))
        phones = _guesses(band_powers(mono, mel_filters()))
        ends = np.minimum((np.arange(len(phones)) + 1) * FRAME_S, len(mono) / SAMPLE_RATE)
        segments = [
            SpokenPhoneme(n * FRAME_S, float(end), phone, _CONFIDENCE)
            for n, (phone, end) in enumerate(zip(phones, ends, strict=True))
        ]
        return Recognition(tuple(joined(segments)), self.name, (_WARNING,))


def _guesses(powers: Spectrum) -> list[str]:
    """A phoneme for every frame."""
    power = _smoothed(powers.sum(axis=1) / powers.shape[1]) / loudness(powers)
    total = powers.sum(axis=1) + 1e-12
    low = _smoothed(powers[:, :_LOW_BANDS].sum(axis=1) / total)
    high = _smoothed(powers[:, _HIGH_BANDS:].sum(axis=1) / total)
    soft = power < _SOFT
    choices = [power < _SILENT, high > 0.6, soft & (low > 0.9), soft, power < _LOUD]
    return [str(p) for p in np.select(choices, ["SIL", "S", "M", "D", "EH"], "AA")]


def _smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over 70 ms."""
    return np.convolve(values, np.full(7, 1 / 7, np.float32), "same")[: len(values)]
