"""The sound of a live face: what was pushed, what is on its way, what goes out with which frame.

A face hears what it says a moment before it says it, so that its lips are ready. Sound is pushed,
waits, is heard, stays in a delay line for ``AHEAD`` samples, and goes out; later by a delay where
pictures are. All positions are numbers of samples as they are heard, and a frame's share of them
follows from its number alone: nothing drifts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.checks import check_whole
from mien.errors import OptionError
from mien.pipeline.live.types import AUDIO_RATE, LiveEvent, SpeechFinished, SpeechStarted
from mien.speech.samples import Mono, mono
from mien.speech.stream.queue import SoundQueue
from mien.speech.stream.resampling import Resampler

AHEAD = AUDIO_RATE * 150 // 1000
"""Samples after the middle of a frame that are heard before it is shown."""
RATES = (8_000, 192_000)
MOST_WAITING_S = 600
_FULL_SCALE = 32_768.0


@dataclass(frozen=True, slots=True)
class Passage:
    """What happens in the frames that are next. sound: (S,) int16 that goes out with them. heard:
    (S,) floats at AUDIO_RATE, the next that goes out later. events: of what goes out."""

    sound: NDArray[np.int16]
    heard: Mono
    events: tuple[LiveEvent, ...]


@dataclass(slots=True, eq=False)
class _Segment:
    """In output samples. name: None for sound without one, which has no events."""

    name: str | None
    num_pushed: int = 0
    num_said: int = 0
    last_pts: int | None = None
    is_complete: bool = False


@dataclass(slots=True)
class _Run:
    """Sound of one segment without a gap. start, end: positions."""

    segment: _Segment
    start: int
    end: int


class Composer:
    """One timeline of sound, in frames of ``fps``. Pure: no clock, no face."""

    def __init__(self, fps: int, delay_frames: int = 0) -> None:
        """delay_frames: as of ``set_delay``."""
        self._fps = fps
        self._waiting, self._line = SoundQueue(), SoundQueue()
        self._coming: deque[_Run] = deque()  # by how many samples were ever pushed
        self._going: deque[_Run] = deque()  # by where they go out
        self._open: list[_Segment] = []
        self._pushing: _Segment | None = None
        self._resampler: Resampler | None = None
        self._events: list[LiveEvent] = []
        self._num_frames = self._num_heard = self._delay = 0
        self.set_delay(delay_frames)

    @property
    def is_speaking(self) -> bool:
        """Whether something that was heard goes out, but for the delay, with a later frame."""
        return bool(self._going) and self._going[-1].end > self._start_of(self._num_frames)

    @property
    def is_silent(self) -> bool:
        """Whether nothing that was heard is still to go out."""
        return not self._going

    @property
    def num_heard(self) -> int:
        """The position of the sample that is heard next."""
        return self._num_heard

    @property
    def waiting_s(self) -> float:
        """How much sound waits to be heard."""
        return len(self._waiting) / AUDIO_RATE

    def push(self, pcm: ArrayLike, rate: int, segment: str | None = None) -> None:
        """The next sound (S,): int16, or floats -1..1. Another segment than before ends that one.

        Raises OptionError for what cannot be used, and beyond ten minutes that wait; then nothing
        has changed.
        """
        check_whole("rate", rate, least=RATES[0], most=RATES[1])
        given = np.asarray(pcm)
        if given.ndim != 1:
            raise OptionError("pcm", f"shape {given.shape} is not mono; give (S,)")
        sound = mono(given)
        if self.waiting_s + len(sound) / rate > MOST_WAITING_S:
            raise OptionError("pcm", f"more than {MOST_WAITING_S} s of sound wait; push it later")
        if self._pushing is None or self._pushing.name != segment:
            self.end_segment()
            self._pushing = _Segment(segment)
            self._open.append(self._pushing)
        if self._resampler is None or self._resampler.rate != rate:
            self._drain()
            self._resampler = Resampler(rate, AUDIO_RATE)
        self._put(self._pushing, self._resampler.push(sound))

    def end_segment(self) -> None:
        """What was pushed is all of its segment."""
        if self._pushing is not None:
            self._drain()
            self._pushing.is_complete = True
            self._finish(self._pushing)
            self._pushing = None

    def set_delay(self, frames: int) -> None:
        """How much later than they are asked for pictures come, and sound with them. Only while
        nothing is on its way out."""
        assert self.is_silent, "silence is all that can become longer or shorter"
        self._delay = frames * AUDIO_RATE // self._fps
        self._hush()

    def clear(self) -> None:
        """Nothing that has not gone out will. All segments end; what is pushed next goes out as
        soon as it can have been heard."""
        for segment in self._open:
            self._close(segment, interrupted=True)
        self._open, self._pushing, self._resampler = [], None, None
        for queue in (self._waiting, self._line, self._coming, self._going):
            queue.clear()
        self._num_heard = self._start_of(self._num_frames) + AHEAD
        self._hush()

    def advance(self, frames: int = 1) -> Passage:
        """So many frames are next: their sound, and what is heard meanwhile."""
        until = self._start_of(self._num_frames + frames)
        last = self._num_frames + frames - 1
        middle = -(-(2 * last + 1) * AUDIO_RATE // (2 * self._fps))
        heard = self._hear(max(until, middle + AHEAD) - self._num_heard)
        self._line.put(heard)
        sound = self._line.get(until - self._start_of(self._num_frames))
        self._say(until - self._delay)
        self._num_frames += frames
        events, self._events = tuple(self._events), []
        return Passage(_whole_numbers(sound), heard, events)

    def _start_of(self, pts: int) -> int:
        return pts * AUDIO_RATE // self._fps

    def _frame_of(self, position: int) -> int:
        """With which it goes out."""
        return ((position + self._delay + 1) * self._fps - 1) // AUDIO_RATE

    def _hush(self) -> None:
        """All that was heard and has not gone out is silence."""
        until = self._start_of(self._num_frames) - self._delay
        self._line.clear()
        self._line.put(np.zeros(self._num_heard - until, np.float32))

    def _drain(self) -> None:
        if self._resampler is not None and self._pushing is not None:
            self._put(self._pushing, self._resampler.finish())
        self._resampler = None

    def _put(self, segment: _Segment, sound: Mono) -> None:
        if len(sound):
            self._waiting.put(sound)
            self._coming.append(_Run(segment, 0, len(sound)))
            segment.num_pushed += len(sound)

    def _hear(self, count: int) -> Mono:
        """The next ``count`` samples: what waits, then silence."""
        if count <= 0:
            return np.zeros(0, np.float32)
        available = min(count, len(self._waiting))
        sound = np.zeros(count, np.float32)
        sound[:available] = self._waiting.get(available)
        at, end = self._num_heard, self._num_heard + available
        while at < end:
            run = self._coming[0]
            part = min(run.end - run.start, end - at)
            self._going.append(_Run(run.segment, at, at + part))
            at, run.start = at + part, run.start + part
            if run.start == run.end:
                self._coming.popleft()
        self._num_heard += count
        return sound

    def _say(self, until: int) -> None:
        """All sound before a position goes out."""
        while self._going and self._going[0].start < until:
            run = self._going[0]
            segment, end = run.segment, min(run.end, until)
            if not segment.num_said and segment.name is not None:
                self._events.append(SpeechStarted(segment.name, self._frame_of(run.start)))
            segment.num_said += end - run.start
            segment.last_pts = self._frame_of(end - 1)
            run.start = end
            if run.start == run.end:
                self._going.popleft()
            self._finish(segment)

    def _finish(self, segment: _Segment) -> None:
        if segment.is_complete and segment.num_said == segment.num_pushed:
            self._open.remove(segment)
            self._close(segment, interrupted=False)

    def _close(self, segment: _Segment, *, interrupted: bool) -> None:
        if segment.name is None:
            return
        pts = max(0, self._num_frames - 1) if segment.last_pts is None else segment.last_pts
        position_s = segment.num_said / AUDIO_RATE
        self._events.append(SpeechFinished(segment.name, pts, position_s, interrupted))


def joined(passages: Sequence[Passage]) -> Passage:
    """One after the other, as one."""
    if len(passages) == 1:
        return passages[0]
    return Passage(
        np.concatenate([each.sound for each in passages]),
        np.concatenate([each.heard for each in passages]),
        tuple(event for each in passages for event in each.events),
    )


def _whole_numbers(sound: Mono) -> NDArray[np.int16]:
    if not sound.any():
        return np.zeros(len(sound), np.int16)
    scaled = sound * np.float32(_FULL_SCALE)
    np.rint(scaled, out=scaled)
    return np.asarray(np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled), np.int16)
