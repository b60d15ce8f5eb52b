"""Phonemes of sound as it comes: what is said is known 125 ms after it was said.

The live part of the network hears 70 ms ahead of a frame, the frame's window reaches 13 ms beyond
its centre, and the decoder waits for another 40 ms. Memory does not grow with the sound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.speech.decoding import LEAST_FRAMES, Logs, search_on
from mien.speech.models import phone_pairs, phoneme_network, usual_timbre
from mien.speech.phonemes import PHONES
from mien.speech.samples import Mono
from mien.speech.spectrum import (
    BANDS,
    BEFORE,
    HOP,
    WINDOW,
    Spectrum,
    loudness,
    mel_filters,
    relative_logs,
    timbre,
    windows_spectrum,
)

LAG_FRAMES = 4
"""Frames that the decoder waits for before it decides on one."""
_AHEAD, _BEHIND = 7, 124  # frames that the network hears after and before one; it takes pairs
_REMEMBERED = 800  # frames by which level and timbre are judged
_USUAL_LEVEL, _BELIEVED = 0.5, 150.0  # believed at first, and for about so many frames
_TRUSTED = 100  # frames of speech after which its own timbre counts as much as the usual one


class LiveHearing:
    """Probabilities of phonemes for the frames of one voice."""

    def __init__(self) -> None:
        self._filters = mel_filters()
        self._session = phoneme_network()
        self._samples: Mono = np.zeros(BEFORE, np.float32)  # from the next frame's window on
        self._powers: Spectrum = np.zeros((0, BANDS), np.float32)
        self._forgotten = 0  # frames before the first in _powers; even
        self._given = 0

    def push(self, mono: Mono) -> Logs:
        """Samples (S,) at 16 kHz, any number; (frames, phonemes) for the frames now certain."""
        self._samples = np.concatenate([self._samples, mono])
        new = windows_spectrum(self._samples) @ self._filters
        self._samples = self._samples[len(new) * HOP :]
        self._powers = np.concatenate([self._powers, new])
        return self._answer(self._forgotten + len(self._powers) - _AHEAD)

    def finish(self) -> Logs:
        """The frames still due, as if silence followed. Nothing can be pushed after it."""
        due = self._forgotten + len(self._powers) + -(-(len(self._samples) - BEFORE) // HOP)
        rest = self.push(np.zeros((_AHEAD + 1) * HOP + WINDOW, np.float32))
        return rest[: len(rest) - (self._given - due)]

    def _answer(self, end: int) -> Logs:
        if end <= self._given:
            return np.zeros((0, len(PHONES)), np.float32)
        first = max(self._forgotten, (self._given - _BEHIND) // 2 * 2)
        bands = self._normal()[first - self._forgotten :]
        even = np.pad(bands, ((0, len(bands) % 2), (0, 0)))
        (logs,) = self._session.run(["live"], {"bands": even[None]})
        answer = np.asarray(logs[0, self._given - first : end - first], np.float32)
        self._given = end
        spare = (len(self._powers) - _REMEMBERED) // 2 * 2
        if spare > 0:
            self._powers = self._powers[spare:]
            self._forgotten += spare
        return answer

    def _normal(self) -> Spectrum:
        """What is remembered, without its level and timbre as far as these are known."""
        heard = self._forgotten + len(self._powers)
        level = max(loudness(self._powers), _USUAL_LEVEL * float(np.exp(-heard / _BELIEVED)))
        own, spoken = timbre(self._powers, level)
        trust = spoken / (spoken + _TRUSTED)
        return relative_logs(self._powers, level) - (trust * own + (1 - trust) * usual_timbre())


class LiveDecoder:
    """The likeliest phonemes, decided ``lag_frames`` frames late and never taken back."""

    def __init__(self, lag_frames: int = LAG_FRAMES) -> None:
        self._lag_frames = lag_frames
        self._follow = phone_pairs()
        self._has_begun = False
        self._score = np.full((LEAST_FRAMES, len(PHONES)), -np.inf)
        self._paths = np.zeros((0, LEAST_FRAMES, len(PHONES)), np.int64)

    def push(self, logs: Logs) -> list[int]:
        """Numbers into `PHONES` for the frames now decided, given the next frames' scores."""
        return [phone for row in logs for phone in self._step(row)]

    def finish(self) -> list[int]:
        """The frames still undecided."""
        return [int(phone) for phone in self._paths[:, -1, int(self._score[-1].argmax())]]

    def expected(self) -> list[int]:
        """What the frames still undecided are likely to be; more sound may change it."""
        return [int(phone) for phone in self._paths[:, *self._best()]]

    def _best(self) -> tuple[int, int]:
        """Depth and phoneme of the best state."""
        depth, phone = np.unravel_index(int(self._score.argmax()), self._score.shape)
        return int(depth), int(phone)

    def _step(self, row: NDArray[np.float32]) -> list[int]:
        """One frame of the search of `decoding.likeliest`; every state carries its last phonemes
        along, which takes the place of tracing back."""
        phones = np.arange(len(row))
        if self._has_begun:
            self._score, came_from, stays = search_on(self._score, self._follow, row)
            self._paths = _moved(self._paths, came_from, stays)
            self._score -= self._score.max()
        else:
            self._score[0] = self._score[-1] = row
            self._has_begun = True
        here = np.broadcast_to(phones, (1, LEAST_FRAMES, len(row)))
        self._paths = np.concatenate([self._paths, here])
        if len(self._paths) <= self._lag_frames:
            return []
        decided = int(self._paths[0, *self._best()])
        self._paths = self._paths[1:]
        return [decided]


def _moved(
    paths: NDArray[np.int64], came_from: NDArray[np.int64], stays: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Past frames' phonemes (frames, depths, phonemes), by state, after a step of the search."""
    last = np.where(stays, paths[:, -1], paths[:, -2])
    return np.concatenate([paths[:, -1:, came_from], paths[:, :-2], last[:, None]], axis=1)
