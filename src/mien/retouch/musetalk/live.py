"""The lips of a face that lives: one frame after the other, with what has been heard so far."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mien.checks import check_whole
from mien.retouch.musetalk.lips import Lips
from mien.retouch.musetalk.sounds import Arriving, Timed
from mien.types import Floats, Frame

MOST_FPS = 60


class LiveLips:
    """One live face's lips: newest sound and a frame in, that frame out, nothing held back.

    Sound should come 0.12 s ahead of the frame that it goes with; what has not come is silence. A
    face that comes into sight fades in; what goes cannot be foreseen.
    """

    def __init__(self, lips: Lips, fps: int) -> None:
        """fps: frames per second, 1 to 60; whole. Raises OptionError."""
        check_whole("fps", fps, least=1, most=MOST_FPS)
        self._ear = Arriving(lips.painter, fps)
        self._frame: Frame | None = None
        heard = Timed(self._ear, Fraction(fps))
        self._painted = lips.stream(self._frames(), heard, looks_ahead=False)

    def step(self, frame: Frame, samples: Floats) -> Frame:
        """The frame with lips. samples: (S,), mono, 16 000 a second: what came since the last
        step; the first ones ever go with time 0 of the frames."""
        self._ear.push(samples)
        self._frame = frame
        return next(self._painted).frame

    def fall_silent(self, time_s: float) -> None:
        """What has come for later than that will not be heard. The next samples go with that time;
        of lips that spoke nothing is left 0.08 s after it."""
        self._ear.fall_silent(time_s)

    def close(self) -> None:
        """Nothing comes any more."""
        self._painted.close()

    def _frames(self) -> Iterator[Frame]:
        while self._frame is not None:
            frame, self._frame = self._frame, None
            yield frame
