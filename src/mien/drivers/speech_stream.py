"""Somebody who speaks live: sound in as it comes, motion out 150 ms behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from numpy.typing import ArrayLike

from mien.checks import check_whole, shown
from mien.drivers.length import checked_rate
from mien.drivers.moments import canonical_reference, moment_frame
from mien.drivers.speech import Manner, felt_in, towards
from mien.errors import OptionError
from mien.motion.layers import Gaze
from mien.motion.moment import MomentAt
from mien.motion.timeline import Timeline, parse_timeline
from mien.speech.body import LIVELINESS, check_liveliness
from mien.speech.phonemes import SpokenPhoneme
from mien.speech.spectrum import SAMPLE_RATE
from mien.speech.stream import BEHIND_S, Intake, LiveSpeech, SegmentEvent
from mien.types import MotionFrame

DELAY_S = 0.15
"""A frame is there as soon as the sound is pushed that comes so long after it."""
_LAG = ceil(BEHIND_S * SAMPLE_RATE)
_MOST_EVENTS = 10_000


class SpeechStream:
    """The motion of a portrait that says what is pushed. Not to be shared between threads.

    The stream's time is that of the sound pushed to it, from 0; frame ``pts`` shows what is said
    in its middle, at ``(pts + 0.5) / fps`` seconds. Frames do not depend on the portions in
    which the sound comes. Push silence where nothing is said: the portrait lives on with its
    mouth closed.
    """

    def __init__(
        self,
        fps: float | Fraction = 25,
        *,
        emotion: str | Timeline | MomentAt | None = None,
        gaze: tuple[float, float] | Gaze | None = None,
        liveliness: float = LIVELINESS,
        seed: int = 0,
    ) -> None:
        """fps: frames per second, 1..240. emotion: a timeline ("0:neutral 1.5:happy:0.8"), or a
        function of the stream's time in seconds, which may change its mind; the portrait's own
        expression if none is given. gaze: where the eyes look, (right, up), -1..1 each; they look
        where they like if none is given. liveliness: 0..1, how much the head moves. seed: of idling
        and body language; the mouth has none.

        Raises OptionError, TimelineError and ExpressionError for what cannot be used.
        """
        self.rate = checked_rate(fps)
        check_liveliness(liveliness)
        check_whole("seed", seed, least=0)
        timeline = parse_timeline(emotion) if isinstance(emotion, str) else emotion
        if not (timeline is None or callable(timeline) or isinstance(timeline, Timeline)):
            raise OptionError("emotion", f"{shown(emotion)} is no timeline and no function of time")
        felt = timeline if callable(timeline) else felt_in(timeline)
        looks = gaze if isinstance(gaze, Gaze) else towards(gaze)
        self._manner = Manner(felt, looks, seed)
        self._liveliness, self._seed = liveliness, seed
        self.reset()

    @property
    def delay_s(self) -> float:
        """How far the motion is behind the sound: sound until t is pushed, so all frames whose
        middle is at t - ``delay_s`` or earlier are there."""
        return DELAY_S

    @property
    def reference(self) -> MotionFrame:
        """What the frames are measured against: the canonical neutral face."""
        return canonical_reference(1 / self.rate)

    @property
    def time_s(self) -> float:
        """Until when frames were put out."""
        return float(self._shown_s)

    @property
    def phonemes(self) -> tuple[SpokenPhoneme, ...]:
        """What was heard in the last second before the sound of the last frame, and 60 ms beyond
        its middle, which may still change; in the stream's time."""
        return tuple(self._speech.said)

    def push(
        self, samples: ArrayLike, sample_rate: float = SAMPLE_RATE, segment_id: str | None = None
    ) -> list[MotionFrame]:
        """The next sound, and the frames that it completes: `feed`, then `take`."""
        self.feed(samples, sample_rate, segment_id)
        return list(self.take())

    def feed(
        self, samples: ArrayLike, sample_rate: float = SAMPLE_RATE, segment_id: str | None = None
    ) -> None:
        """The next sound, mono (S,): floats, -1..1, or int16, of any length. It waits until frames
        are taken, 10 minutes of it at most.

        segment_id: what the sound belongs to; another one than before begins a new segment. Raises
        OptionError for sound that cannot be used; the stream stays as it was.
        """
        if self._is_over:
            raise OptionError("stream", "was flushed; call reset() before the next sound")
        self._intake.feed(samples, sample_rate, segment_id)

    def take(self, most: int | None = None) -> Iterator[MotionFrame]:
        """The frames that are complete, ``most`` at most, each made as it is asked for. What is
        not taken is not put out, as `clear` and the events count."""
        while (most is None or most > 0) and len(self._intake) >= self._lacking():
            most = None if most is None else most - 1
            yield self._next()

    def end_segment(self) -> None:
        """The segment being pushed is complete. Push silence, or the next one, for its end to be
        put out."""
        self._intake.end_segment()
        self._note()

    def clear(self) -> float:
        """Drop all sound that is not put out yet: the position in the segment that was being put
        out, in seconds.

        The mouth closes within the next 100 ms. All segments are finished, interrupted. What is
        pushed next is said `delay_s` later in the stream's time than the last frame put out; in
        between is silence.
        """
        position_s, events = self._intake.clear(self._shown_s, self._pts)
        self._events.extend(events)
        self._speech.interrupt(float(self._shown_s))
        self._num_heard, self._begins_s = 0, self._shown_s
        self._intake.silence(round(DELAY_S * SAMPLE_RATE))
        return position_s

    def flush(self) -> list[MotionFrame]:
        """The frames still due, as if silence followed, the last one with the end of the sound.
        Call `reset` before the next sound."""
        self._intake.end_segment()
        end_s, self._is_over = self._intake.until_s, True
        self._intake.silence(_LAG + SAMPLE_RATE)
        due = round(end_s * self.rate) - self._pts
        frames = list(self.take(max(0, due)))
        self._events.extend(self._intake.reached(max(end_s, self._shown_s), self._pts))
        return frames

    def reset(self) -> None:
        """As new: time starts at 0, and what the voice was like is forgotten."""
        self._intake = Intake()
        self._speech = LiveSpeech(seed=self._seed, liveliness=self._liveliness)
        self._events: deque[SegmentEvent] = deque(maxlen=_MOST_EVENTS)
        self._pts, self._is_over = 0, False
        self._begins_s, self._num_heard = Fraction(0), 0

    def take_events(self) -> list[SegmentEvent]:
        """What happened to segments since the last call, in order: `SegmentStarted`,
        `SegmentFinished`. The latest 10 000 are kept."""
        events = list(self._events)
        self._events.clear()
        return events

    @property
    def _shown_s(self) -> Fraction:
        """Where the next frame begins."""
        return self._pts / self.rate

    def _lacking(self) -> int:
        """Samples that the next frame waits for. Depends on nothing but its number."""
        middle_s = (self._pts + Fraction(1, 2)) / self.rate - self._begins_s
        return max(0, ceil(middle_s * SAMPLE_RATE) + _LAG - self._num_heard)

    def _next(self) -> MotionFrame:
        count = self._lacking()
        self._speech.hear(self._intake.get(count))
        self._num_heard += count
        time_s = float((self._pts + Fraction(1, 2)) / self.rate)
        moment = self._manner.layered(
            self._speech.body_at(time_s), self._speech.speech_at(time_s), time_s
        )
        frame = moment_frame(moment, pts=self._pts, time_base=1 / self.rate)
        self._pts += 1
        self._note()
        return frame

    def _note(self) -> None:
        self._events.extend(self._intake.reached(self._shown_s, self._pts))
