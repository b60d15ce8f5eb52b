"""Motion at 25 frames per second, shown at another rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from mien.drivers.joyvasa.frames import NATIVE_RATE
from mien.motion.blending import blend
from mien.types import MotionFrame


def native_place(number: int, rate: Fraction) -> Fraction:
    """Where among the native frames frame ``number`` of ``rate`` lies: each is what the face does
    in the middle of the time for which it is shown. 0 at least."""
    place = (number + Fraction(1, 2)) / rate * NATIVE_RATE - Fraction(1, 2)
    return max(place, Fraction(0))


class Resampler:
    """Native frames in, in order up to 0 and on; frames of ``rate`` out, blended between two."""

    def __init__(self, rate: Fraction) -> None:
        self._rate = rate
        self._before: MotionFrame | None = None
        self._after: MotionFrame | None = None
        self._next = 0

    @property
    def num_shown(self) -> int:
        """Frames that were taken."""
        return self._next

    @property
    def is_ready(self) -> bool:
        """Whether the next frame can be taken without another native one."""
        return self._after is not None and self._place <= self._after.pts

    def add(self, frame: MotionFrame) -> None:
        """The next native frame, when the ones before it are used."""
        self._before, self._after = self._after, frame

    def take(self) -> MotionFrame:
        """The next frame; where it is not ready, the last native one stands for it."""
        before, after = self._before, self._after
        assert after is not None, "there was no native frame"
        share = float(self._place - math.floor(self._place)) if self.is_ready else 0.0
        shown = after if share == 0.0 or before is None else blend(before, after, share)
        self._next += 1
        return replace(shown, pts=self._next - 1, time_base=1 / self._rate)

    @property
    def _place(self) -> Fraction:
        return native_place(self._next, self._rate)


def resampled(frames: Iterable[MotionFrame], rate: Fraction) -> Iterator[MotionFrame]:
    """Frames of ``rate`` of native ones, one at least, without end."""
    resampler = Resampler(rate)
    for frame in frames:
        resampler.add(frame)
        while resampler.is_ready:
            yield resampler.take()
    while True:
        yield resampler.take()
