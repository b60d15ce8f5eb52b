"""JoyVASA while somebody speaks: sound in as it comes, motion out some time behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from mien.checks import check_number, check_whole
from mien.drivers.joyvasa.coefficients import Decoded, decode
from mien.drivers.joyvasa.frames import FrameMaker
from mien.drivers.joyvasa.loading import Model
from mien.drivers.joyvasa.resampling import Resampler
from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.drivers.joyvasa.windows import LEAD_IN_FRAMES, filled
from mien.drivers.length import checked_rate
from mien.errors import OptionError
from mien.nets.joyvasa.params import FRAMES_PER_S, SAMPLES_PER_FRAME
from mien.speech.samples import Mono
from mien.speech.spectrum import SAMPLE_RATE
from mien.speech.stream import Intake
from mien.types import MotionFrame

HOP_S, AHEAD_S = 1.0, 0.2
_LEAST_HOP_S = 1 / FRAMES_PER_S


class JoyVasaStream:
    """The motion of a portrait that says what is pushed. Not to be shared between threads.

    The networks hear windows of four seconds. Waiting for whole ones would take that long, so that
    windows are cut short, as the last window of a recording is: of each only ``hop_s`` seconds,
    and ``ahead_s`` more that are heard but not yet shown, are speech, and silence follows. The next
    window begins ``hop_s`` later and goes on from the motion before it. A frame is there `delay_s`
    after its sound at the latest, and the time it takes to make a window, which does not depend on
    how short the speech in it is: shorter hops are sooner there, cost more work for each second,
    and hear less of what surrounds a sound.

    The stream's time is that of the sound pushed to it, from 0. Push silence where nothing is said.
    Frames do not depend on the portions in which the sound comes.
    """

    def __init__(
        self,
        model: Model,
        settings: JoyVasaSettings,
        *,
        fps: Fraction | float = Fraction(25),
        seed: int = 0,
        hop_s: float = HOP_S,
        ahead_s: float = AHEAD_S,
    ) -> None:
        """A window of silence is made at once; its first frame is the reference.

        fps: frames per second, 1..240. hop_s: .04 up; ahead_s: 0 up; together no longer than a
        window. Both count in frames of 40 ms. Raises OptionError for what cannot be.
        """
        self.rate = checked_rate(fps)
        check_whole("seed", seed, least=0)
        window = model.placed.params.denoiser.window
        longest_s = window / FRAMES_PER_S
        check_number("hop_s", hop_s, _LEAST_HOP_S, longest_s)
        check_number("ahead_s", ahead_s, 0, longest_s)
        self._hop = round(hop_s * FRAMES_PER_S)
        self._ahead = ceil(round(ahead_s * FRAMES_PER_S, 6))
        if self._hop + self._ahead > window:
            problem = f"hop_s and ahead_s are {hop_s + ahead_s:g} s together; a window has"
            raise OptionError("ahead_s", f"{problem} {longest_s:g} s")
        self._model, self._settings, self._seed = model, settings, seed
        self.reset()

    @property
    def delay_s(self) -> float:
        """How far the motion may be behind the sound: sound until t is pushed, so all frames that
        end at t - ``delay_s`` or earlier are there."""
        return (self._hop + self._ahead) / FRAMES_PER_S

    @property
    def reference(self) -> MotionFrame:
        """What the frames are measured against: the face that hears silence."""
        return self._reference

    @property
    def time_s(self) -> float:
        """Until when frames were put out."""
        return float(self._resampler.num_shown / self.rate)

    def push(self, samples: ArrayLike, sample_rate: float = SAMPLE_RATE) -> list[MotionFrame]:
        """The next sound, and the frames that it completes: `feed`, then `take`."""
        self.feed(samples, sample_rate)
        return list(self.take())

    def feed(self, samples: ArrayLike, sample_rate: float = SAMPLE_RATE) -> None:
        """The next sound, mono (S,): floats, -1..1, or int16, of any length; 10 minutes of it wait
        at most. OptionError for sound that cannot be used; the stream stays as it was."""
        if self._is_over:
            raise OptionError("stream", "was flushed; call reset() before the next sound")
        self._intake.feed(samples, sample_rate, None)

    def take(self) -> Iterator[MotionFrame]:
        """The frames that are complete, in order; windows are made as they are asked for."""
        wanted = (self._hop + self._ahead) * SAMPLES_PER_FRAME
        while self._has_frame() or self._can_hear(wanted):
            if self._has_frame():
                yield self._resampler.take()
            else:
                self._make(self._hop)

    def clear(self) -> None:
        """Drop all that is not put out: what is pushed next follows the last frame that was. Push
        silence if nothing does: the mouth closes when it is heard."""
        self._intake.clear(Fraction(0), 0)
        self._heard = np.zeros(0, np.float32)
        self._maker.drop(len(self._waiting))
        self._num_native -= len(self._waiting)
        self._waiting.clear()

    def flush(self) -> list[MotionFrame]:
        """The frames still due, the last one with the end of the sound. Call `reset` before the
        next sound."""
        self._intake.end_segment()
        self._is_over = True
        frames = list(self.take())
        self._can_hear(len(self._heard) + len(self._intake))
        end_s = Fraction(self._num_native * SAMPLES_PER_FRAME + len(self._heard), SAMPLE_RATE)
        while self._resampler.num_shown < round(end_s * self.rate):
            if not self._has_frame() and len(self._heard):
                self._make(min(self._hop, ceil(len(self._heard) / SAMPLES_PER_FRAME)))
            else:
                frames.append(self._resampler.take())
        return frames

    def reset(self) -> None:
        """As new: time starts at 0."""
        from mien.drivers.joyvasa.making import MotionMaker

        self._maker = MotionMaker(self._model.placed, self._settings, self._seed)
        self._frames = FrameMaker(self._settings, LEAD_IN_FRAMES)
        self._resampler = Resampler(self.rate)
        self._intake = Intake()
        self._heard = np.zeros(0, np.float32)
        self._waiting: deque[Decoded] = deque()
        self._num_native, self._is_over = 0, False
        silence = np.zeros(self._maker.window * SAMPLES_PER_FRAME, np.float32)
        first, *others = self._frames.frames(self._made(silence, LEAD_IN_FRAMES))
        self._reference = first
        for frame in others:
            self._resampler.add(frame)

    def _can_hear(self, count: int) -> bool:
        """Whether so many samples are there, of which those that are missing are taken in."""
        missing = count - len(self._heard)
        if missing > len(self._intake):
            return False
        if missing > 0:
            self._heard = np.concatenate([self._heard, self._intake.get(missing)])
        return True

    def _make(self, count: int) -> None:
        """A window of what is heard, of which ``count`` frames count."""
        sound = self._heard[: (self._hop + self._ahead) * SAMPLES_PER_FRAME]
        made = self._made(filled(sound, self._maker.window), count)
        self._waiting.extend(made.one_by_one())
        self._heard = self._heard[count * SAMPLES_PER_FRAME :]
        self._num_native += count

    def _made(self, samples: Mono, count: int) -> Decoded:
        return decode(self._maker.make(self._model.placed, samples, count), self._model.range)

    def _has_frame(self) -> bool:
        """Whether the next frame is there, of which the native ones that wait are used up to it:
        one that is dropped must not have moved the head."""
        while self._waiting and not self._resampler.is_ready:
            for frame in self._frames.frames(self._waiting.popleft()):
                self._resampler.add(frame)
        return self._resampler.is_ready
