"""The mouth of a live face where MuseTalk paints it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mien.pipeline.keeping import Keeper
from mien.pipeline.live.composer import AHEAD
from mien.pipeline.live.types import AUDIO_RATE, LiveOptions
from mien.pipeline.networks import musetalk_beside, musetalk_model
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.lips import Lips
from mien.retouch.musetalk.live import LiveLips
from mien.retouch.musetalk.loading import find_files
from mien.retouch.musetalk.options import LipsOptions
from mien.speech.samples import Mono
from mien.speech.stream.queue import SoundQueue
from mien.speech.stream.resampling import Resampler
from mien.types import Frame, Image

_MEMORY_BYTES = 8_000_000
"""Of pictures that were painted: a face that lives hardly looks the same twice."""


class PaintedMouth:
    """Lips that say what is heard, over every picture; silence closes them."""

    def __init__(self, options: LiveOptions, keeper: Keeper) -> None:
        """Load the networks. Raises MissingWeightsError, and what loading does."""
        beside = options.musetalk or musetalk_beside(options.engine)
        settings = replace(beside, batch=1)  # a picture waits for no other
        find_files(settings)
        self._fps, self._time_base = options.fps, 1 / Fraction(options.fps)
        self._ear = Resampler(AUDIO_RATE)
        self._unheard: Mono = np.zeros(0, np.float32)
        self._late = SoundQueue()
        with ExitStack() as stack:
            painter = stack.enter_context(keeper.lend(musetalk_model(settings)))
            assert painter.side  # known as soon as they are loaded
            chosen = LipsOptions(face=options.face, batch=1)
            lips = Lips(painter, chosen, memory=Memory(_MEMORY_BYTES))
            self._lips = stack.enter_context(closing(LiveLips(lips, options.fps)))
            self._borrowed = stack.pop_all()

    def set_delay(self, frames: int) -> None:
        """How much later pictures are shown, and go out with their sound; only while what was heard
        of late is silence."""
        self._late.clear()
        self._late.put(np.zeros(frames * AUDIO_RATE // self._fps, np.float32))

    def paint(self, picture: Image, pts: int, heard: Mono) -> Image:
        """The picture of frame ``pts`` with lips. heard: (S,) at AUDIO_RATE, what came since the
        last one."""
        self._late.put(heard)
        due = self._late.get(len(heard))
        samples = self._ear.push(np.concatenate([self._unheard, due]))
        self._unheard = self._unheard[:0]
        return self._lips.step(Frame(picture, pts, self._time_base), samples).pixels

    def clear(self, pts: int) -> None:
        """From frame ``pts`` on nothing is said that was heard already; the next sound comes as
        after :meth:`mien.pipeline.live.composer.Composer.clear`."""
        self._lips.fall_silent(pts / self._fps)
        silence = np.zeros(len(self._late), np.float32)
        self._late.clear()
        self._late.put(silence)
        self._ear = Resampler(AUDIO_RATE)
        self._unheard = np.zeros(AHEAD, np.float32)

    def close(self) -> None:
        """Give the networks back."""
        self._borrowed.close()
