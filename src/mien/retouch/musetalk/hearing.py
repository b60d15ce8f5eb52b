"""What is heard, as MuseTalk's painter is told it: features of sound at 50 a second, and the window
of them that belongs to a frame of a film.

A feature is what whisper's encoder says of 20 ms of sound: what goes into each of its layers and
what comes out of the last. Nothing here imports torch before an ear is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from mien.types import Floats

SAMPLE_RATE = 16000
FEATURE_RATE = 50
SAMPLES_PER_FEATURE = SAMPLE_RATE // FEATURE_RATE
WINDOW = 10
"""Features of a window, 200 ms."""
LEFT = 4
"""Features of a window before the moment of its frame."""
_ONLY_SILENCE = 4 * SAMPLES_PER_FEATURE
"""Samples after the last whole feature; no spectrum of 400 samples beyond has anything in it."""
_KEPT_PIECES = 2
"""A window lies in two pieces at most."""


class Hearable(Protocol):
    """What windows can be taken of."""

    @property
    def num_features(self) -> int:
        """How many there are, of 20 ms each."""
        ...

    def features(self, start: int, stop: int) -> Floats:
        """Those from ``start`` until before ``stop``: (stop - start, layers, width) float32, zeros
        before the first and after the last."""
        ...


class Ear:
    """Whisper's encoder, ready to listen. ``encoder``: of transformers, in evaluation mode."""

    def __init__(self, encoder: Any, device: str = "cpu") -> None:
        from transformers import WhisperFeatureExtractor

        self._encoder, self._device = encoder.to(device), device
        config = encoder.config
        self.longest = config.max_source_positions * SAMPLES_PER_FEATURE
        """Samples that can be heard at once: of 30 s."""
        self.shape = (config.encoder_layers + 1, config.d_model)
        """Of one feature."""
        self._mel = WhisperFeatureExtractor(feature_size=config.num_mel_bins)

    def listen(self, samples: Floats) -> Floats:
        """The features (n, layers, width) of at most ``longest`` samples, mono, 16 kHz: one for
        each 20 ms that are whole."""
        heard = self.encode(self.spectrum(samples)[None])
        return heard[0, : len(samples) // SAMPLES_PER_FEATURE]

    def spectrum(self, samples: Floats) -> Floats:
        """(bands, frames) logarithms of loudness, of all that can be heard at once: silence follows
        the samples, and is all alike, so that little of it is looked at."""
        needed = len(samples) // SAMPLES_PER_FEATURE * SAMPLES_PER_FEATURE + _ONLY_SILENCE
        made = self._mel(
            np.ascontiguousarray(samples, np.float32),
            sampling_rate=SAMPLE_RATE,
            max_length=min(needed, self.longest),
            return_tensors="np",
        )
        bands: Floats = made["input_features"][0]
        missing = self.longest // self._mel.hop_length - bands.shape[1]
        return np.pad(bands, ((0, 0), (0, missing)), mode="edge")

    def encode(self, mel: Floats) -> Floats:
        """(B, bands, frames) logarithms of loudness -> (B, features, layers, width)."""
        import torch

        with torch.inference_mode():
            given = torch.tensor(mel, dtype=torch.float32, device=self._device)
            layers = self._encoder(given, output_hidden_states=True).hidden_states
            stacked: Floats = torch.stack(layers, dim=2).float().cpu().numpy()
        return stacked


class Heard:
    """Sound of any length, listened to in pieces of 30 s as they are asked for.

    The pieces that were asked for last are held, so that memory does not grow with length.
    """

    def __init__(self, samples: Floats, ear: Ear) -> None:
        self._samples, self._ear = samples, ear
        self._length = ear.longest // SAMPLES_PER_FEATURE
        self._pieces: dict[int, Floats] = {}

    @property
    def num_features(self) -> int:
        """As :class:`Hearable` says."""
        return len(self._samples) // SAMPLES_PER_FEATURE

    def features(self, start: int, stop: int) -> Floats:
        """As :class:`Hearable` says."""
        found = np.zeros((stop - start, *self._ear.shape), np.float32)
        at, end = max(start, 0), min(stop, self.num_features)
        while at < end:
            number, within = divmod(at, self._length)
            piece = self._piece(number)[within : within + end - at]
            found[at - start : at - start + len(piece)] = piece
            at += len(piece)
        return found

    def _piece(self, number: int) -> Floats:
        if number not in self._pieces:
            while len(self._pieces) >= _KEPT_PIECES:
                del self._pieces[next(iter(self._pieces))]
            start = number * self._ear.longest
            self._pieces[number] = self._ear.listen(
                self._samples[start : start + self._ear.longest]
            )
        return self._pieces[number]


def windows(
    heard: Hearable, rate: Fraction, first: int, count: int, *, upstream_compatible: bool = False
) -> Floats:
    """What is heard at each of ``count`` frames of a film: (count, tokens, width) float32.

    rate: frames a second, exactly. first: number of the first frame, from 0. A window goes from
    80 ms before its frame to 120 ms after it, as in training. upstream_compatible: as MuseTalk's
    own command does it, with the rate cut to a whole number and a start that depends on it: at 24
    frames a second 40 ms too early.
    """
    start_of = _upstream_starts(rate) if upstream_compatible else _starts(rate)
    starts = [start_of(number) for number in range(first, first + count)]
    if not starts:
        shape = heard.features(0, 0).shape
        return np.zeros((0, WINDOW * shape[1], shape[2]), np.float32)
    base = min(starts)
    features = heard.features(base, max(starts) + WINDOW)
    rows = np.stack([features[start - base : start - base + WINDOW] for start in starts])
    return rows.reshape(count, WINDOW * rows.shape[2], rows.shape[3])


def _starts(rate: Fraction) -> Callable[[int], int]:
    return lambda number: math.floor(number * FEATURE_RATE / rate) - LEFT


def _upstream_starts(rate: Fraction) -> Callable[[int], int]:
    step = FEATURE_RATE / int(rate)
    left = 2 * math.ceil(step)
    return lambda number: math.floor(number * step) - left
