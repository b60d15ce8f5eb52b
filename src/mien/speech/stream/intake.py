"""Sound as it is pushed: made 16 kHz, kept until it is heard, and sorted into segments."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from mien.errors import OptionError
from mien.speech.samples import Mono, mono
from mien.speech.spectrum import SAMPLE_RATE
from mien.speech.stream.queue import SoundQueue
from mien.speech.stream.resampling import Resampler
from mien.speech.stream.segments import SegmentEvent, Segments

_BLOCK = 65_536  # samples at once: bounds memory


class Intake:
    """What was pushed and is not heard yet. Times are the stream's, in seconds, exact."""

    def __init__(self) -> None:
        self._queue, self._segments = SoundQueue(), Segments()
        self._resampler: Resampler | None = None
        self._segment_id: str | None = None
        self._begins_s, self._num_fed = Fraction(0), 0

    def __len__(self) -> int:
        """Samples at 16 kHz that wait."""
        return len(self._queue)

    @property
    def until_s(self) -> Fraction:
        """Where the sound pushed so far ends."""
        return self._begins_s + Fraction(self._num_fed, SAMPLE_RATE)

    def feed(self, samples: ArrayLike, sample_rate: float, segment_id: str | None) -> None:
        """The next sound, see :meth:`mien.SpeechStream.feed`; as before where it raises."""
        given = np.asarray(samples)
        if given.ndim != 1:
            raise OptionError("samples", f"shape {given.shape} is not mono; give (S,)")
        sound = mono(given)
        resampler = self._resampler
        if resampler is None or resampler.rate != sample_rate:
            resampler = Resampler(sample_rate)
        self._queue.require_room(round(len(sound) * SAMPLE_RATE / sample_rate))
        if segment_id != self._segment_id:
            self.end_segment()
        elif resampler is not self._resampler:
            self._drain()
        if self._resampler is None:
            self._resampler = resampler
        self._segment_id = segment_id
        self._segments.begin(segment_id, self.until_s)
        for at in range(0, len(sound), _BLOCK):
            self._put(self._resampler.push(sound[at : at + _BLOCK]))

    def silence(self, num_samples: int) -> None:
        """So many samples of nothing, which belong to no segment."""
        self.end_segment()
        self._put(np.zeros(num_samples, np.float32))

    def get(self, count: int) -> Mono:
        """The next ``count`` samples at 16 kHz; so many must be waiting."""
        return self._queue.get(count)

    def end_segment(self) -> None:
        """What is pushed next is another segment."""
        self._drain()
        self._segments.end(self.until_s)
        self._segment_id = None

    def reached(self, shown_s: Fraction, pts: int) -> list[SegmentEvent]:
        """See :meth:`Segments.reached`."""
        return self._segments.reached(shown_s, pts)

    def clear(self, shown_s: Fraction, pts: int) -> tuple[float, list[SegmentEvent]]:
        """Drop what waits; what is pushed next begins at ``shown_s``. See `Segments.clear`."""
        self._queue.clear()
        self._resampler, self._segment_id = None, None
        self._begins_s, self._num_fed = shown_s, 0
        return self._segments.clear(shown_s, pts)

    def _drain(self) -> None:
        if self._resampler is not None:
            self._put(self._resampler.finish())
            self._resampler = None

    def _put(self, samples: Mono) -> None:
        self._queue.put(samples)
        self._num_fed += len(samples)
