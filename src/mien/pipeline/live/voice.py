"""How a live face speaks: its sound, and what mouth and body do with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mien.motion.layers import Speech
from mien.motion.moment import Moment, MomentAt
from mien.pipeline.live.composer import AHEAD, Composer, Passage
from mien.pipeline.live.types import AUDIO_RATE
from mien.speech.body import LIVELINESS
from mien.speech.samples import Mono
from mien.speech.spectrum import SAMPLE_RATE
from mien.speech.stream import LiveSpeech
from mien.speech.stream.resampling import Resampler

_AT_ONCE = SAMPLE_RATE // 10
"""Samples heard at a time: what is known of phonemes reaches back a second."""
_DOZES_AFTER = 2 * AUDIO_RATE
_PRICKS_UP, _GRID = AUDIO_RATE // 10, AUDIO_RATE // 50
"""Nobody listens to silence for long: hearing is half of what a face costs that only idles. It
begins again with so much of the silence before the first sound, where the ear would have begun a
step anyway: then all sounds as it would have without a pause."""


class Voice:
    """Sound in, sound out with frames, and a mouth in time with it."""

    def __init__(self, fps: int, seed: int, idle: MomentAt, delay_frames: int = 0) -> None:
        """delay_frames: as of ``set_delay``."""
        self._composer, self._fps = Composer(fps, delay_frames), fps
        self._speech = LiveSpeech(seed=seed, liveliness=LIVELINESS, idle=idle)
        self._ear = Resampler(AUDIO_RATE)
        self._num_frames = self._num_quiet = 0

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or will be within the next 0.15 s; but for the delay."""
        return self._composer.is_speaking

    @property
    def is_silent(self) -> bool:
        """See :attr:`Composer.is_silent`."""
        return self._composer.is_silent

    @property
    def waiting_s(self) -> float:
        """How much sound waits to be heard."""
        return self._composer.waiting_s

    def push(self, pcm: ArrayLike, rate: int, segment: str | None) -> None:
        """See :meth:`Composer.push`."""
        self._composer.push(pcm, rate, segment)

    def end_segment(self) -> None:
        """See :meth:`Composer.end_segment`."""
        self._composer.end_segment()

    def set_delay(self, frames: int) -> None:
        """See :meth:`Composer.set_delay`."""
        self._composer.set_delay(frames)

    def clear(self) -> None:
        """See :meth:`Composer.clear`; the mouth closes within 45 ms."""
        self._composer.clear()
        self._begin_again(self._num_frames / self._fps, AHEAD)

    def advance(self, frames: int) -> Passage:
        """So many frames are next."""
        passage = self._composer.advance(frames)
        self._listen(passage.heard)
        self._num_frames += frames
        return passage

    def mouth_at(self, time_s: float) -> Speech:
        """What the mouth does, asked in order of time."""
        return self._speech.speech_at(time_s)

    def body_at(self, time_s: float) -> Moment:
        """What head, brows, eyes and lids do."""
        return self._speech.body_at(time_s)

    def _listen(self, sound: Mono) -> None:
        was_dozing = self._num_quiet >= _DOZES_AFTER
        self._num_quiet = 0 if sound.any() else self._num_quiet + len(sound)
        if not was_dozing:
            self._hear(sound)
        elif self._num_quiet == 0:
            first = self._composer.num_heard - len(sound)
            begins = (first - _PRICKS_UP) // _GRID * _GRID
            self._begin_again(begins / AUDIO_RATE, first - begins)
            self._hear(sound)

    def _begin_again(self, time_s: float, silence: int) -> None:
        """What is heard next is silence, so many samples of it, from a time on."""
        self._num_quiet = 0
        self._speech.interrupt(time_s)
        self._ear = Resampler(AUDIO_RATE)
        self._hear(np.zeros(silence, np.float32))

    def _hear(self, sound: Mono) -> None:
        heard = self._ear.push(sound)
        for at in range(0, len(heard), _AT_ONCE):
            self._speech.hear(heard[at : at + _AT_ONCE])
