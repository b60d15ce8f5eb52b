"""What is being said around now."""

from __future__ import annotations

import numpy as np

from mien.speech.body.hearing import HEARD_S
from mien.speech.decoding import FRAME_S, Logs, segments_of
from mien.speech.live import LiveDecoder, LiveHearing
from mien.speech.phonemes import PHONES, SILENCE, SpokenPhoneme
from mien.speech.samples import Mono
from mien.speech.spectrum import HOP, SAMPLE_RATE

KEPT_FRAMES = 100
"""One second: more than a mouth or a nod needs of the past."""
_DECIDED_FRAMES = round(HEARD_S / FRAME_S)
_PAIR = 2 * HOP
_CUT = 16 * _PAIR  # 320 ms of silence where sound was cut off
_QUIET = 1e-4  # -80 dB: a pause between utterances, not one that a microphone hears
_QUIET_SAMPLES = round(1.6 * SAMPLE_RATE)  # the network hears no more than that
_NOTHING: Logs = np.zeros((0, len(PHONES)), np.float32)
_SILENT: Logs = np.where(np.array(PHONES) == SILENCE, -0.01, -8.0).astype(np.float32)


class LivePhonemes:
    """Phonemes of the sound so far, as certain as they can be by then.

    What began longer than `HEARD_S` ago is final; the rest may change with more sound.
    """

    def __init__(self) -> None:
        self._hearing = LiveHearing()
        self._num_pushed = self._num_given = 0  # samples and frames, since the voice is known
        self._num_early = 0  # frames due of sound that does not count any more
        self._quiet_for = self._held_back = 0  # samples
        self._begin()

    def _begin(self) -> None:
        self._decoder = LiveDecoder(_DECIDED_FRAMES)
        self._logs, self._decided = _NOTHING, np.zeros(0, np.int64)
        self._num_frames = 0

    @property
    def known_s(self) -> float:
        """Until when it is known what is said, in seconds since the beginning."""
        return self._num_frames * FRAME_S

    def push(self, samples: Mono) -> None:
        """The next samples (S,) at 16 kHz."""
        logs = self._heard(samples)
        early = min(self._num_early, len(logs))
        self._num_early -= early
        logs = logs[early:]
        self._num_frames += len(logs)
        self._logs = np.concatenate([self._logs, logs])[-KEPT_FRAMES:]
        decided = np.array(self._decoder.push(logs), np.int64)
        self._decided = np.concatenate([self._decided, decided])[-KEPT_FRAMES:]

    def begin_again(self) -> None:
        """The sound so far is over and forgotten, but for what the voice is like. Time starts
        at 0 again with what is pushed next."""
        self._heard(np.zeros(_CUT + -self._num_pushed % _PAIR, np.float32))
        self._num_early = self._num_pushed // HOP - self._num_given
        self._begin()

    def segments(self) -> list[SpokenPhoneme]:
        """The phonemes of the last second, without gaps until `known_s`. The first may have begun
        earlier if it does not start at 0."""
        path = np.concatenate([self._decided, np.array(self._decoder.expected(), np.int64)])
        path = path[len(path) - len(self._logs) :]
        before_s = self.known_s - len(path) * FRAME_S
        return [
            part._replace(start_s=part.start_s + before_s, end_s=part.end_s + before_s)
            for part in segments_of(path, self._logs, len(path) * FRAME_S)
        ]

    def _heard(self, samples: Mono) -> Logs:
        """Probabilities for the frames that are certain now.

        Perfect silence that lasts is not shown to the network: that saves the work, and the
        network's idea of the voice's level is not lost between utterances.
        """
        self._num_pushed += len(samples)
        quiet = not len(samples) or float(np.abs(samples).max()) < _QUIET
        self._quiet_for = self._quiet_for + len(samples) if quiet else 0
        if self._quiet_for > _QUIET_SAMPLES:
            self._held_back += len(samples)
            frames = self._held_back // _PAIR * 2
            self._held_back -= frames * HOP
            logs = np.tile(_SILENT, (frames, 1))
        else:
            before = np.zeros(self._held_back, np.float32)
            self._held_back = 0
            logs = self._hearing.push(np.concatenate([before, samples]))
        self._num_given += len(logs)
        return logs
