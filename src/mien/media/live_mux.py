"""Live pictures and sound out to a receiver, without ever holding up who makes them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mien.errors import OutputError
from mien.media.live_encoding import SOUND_RATE, ByteSink, LiveEncoder, LiveForm
from mien.media.live_targets import LiveTarget, live_target
from mien.types import Image

_MOST_PICTURES = 2
_MOST_SAMPLES = SOUND_RATE
"""One second: who is later than that has missed it."""
_ENDS_WITHIN_S = 5.0


def open_live_output(
    target: str | ByteSink,
    *,
    size: tuple[int, int],
    rate: Fraction,
    sound: bool,
    form: LiveForm | None = None,
) -> LiveOutput:
    """A stream to a receiver or into a file object, open when this returns.

    target: ``rtmp://`` or ``rtmps://`` with app and key (H.264 and AAC as FLV), ``udp://host:port``
    or ``tcp://host:port`` (MPEG-TS), or what has a ``write``, which gets bytes as they come, from
    another thread, and stays open. size: width and height of the pictures in pixels. rate: of
    pictures, at most. sound: there will be some. form: of a file object; MPEG-TS if it is not said.

    Waits ten seconds for a receiver at most. Raises OptionError for an address that is none, and
    OutputError, which names the address without its key.
    """
    place, usual = live_target(target)
    return opened_output(place, form or usual, size=size, rate=rate, sound=sound)


def opened_output(
    target: LiveTarget,
    form: LiveForm,
    *,
    size: tuple[int, int],
    rate: Fraction,
    sound: bool,
    on_end: Callable[[], None] = lambda: None,
) -> LiveOutput:
    """The same for a target of ours. on_end: called in the stream's thread when it ends."""
    target.open()
    encoder = partial(LiveEncoder, target, form, size=size, rate=rate, sound=sound)
    return LiveOutput(target, encoder, on_end)


@dataclass(frozen=True, slots=True)
class _Picture:
    pixels: Image
    pts_s: float


@dataclass(frozen=True, slots=True)
class _Sound:
    samples: NDArray[np.int16]
    pts_s: float


class LiveOutput:
    """A stream that is open. What is written is encoded and sent in a thread of its own, in which
    two pictures and a second of sound may wait; of more the oldest is dropped."""

    def __init__(
        self,
        target: LiveTarget,
        encoder: Callable[[], LiveEncoder],
        on_end: Callable[[], None],
    ) -> None:
        """target: open. encoder: called in the thread. on_end: called there last."""
        self.frames = 0
        """Pictures that were sent."""
        self.dropped = 0
        """Pictures that were not taken in time."""
        self.fault: OutputError | None = None
        """Why it has ended by itself."""
        self._target = target
        self._pictures: deque[_Picture] = deque()
        self._sounds: deque[_Sound] = deque()
        self._heard_s = 0.0
        self._closed = False
        self._changed = threading.Condition()
        self._on_end = on_end
        self._thread = threading.Thread(
            target=self._run, args=(encoder,), name="live-output", daemon=True
        )
        self._thread.start()

    def write(self, pixels: Image, pts_s: float) -> None:
        """The next picture, RGB, which must not be changed any more. pts_s: when it is seen, in
        seconds of any clock that only goes on. Raises OutputError when the stream has ended."""
        with self._changed:
            self._check()
            if len(self._pictures) == _MOST_PICTURES:
                self._pictures.popleft()
                self.dropped += 1
            self._pictures.append(_Picture(pixels, pts_s))
            self._changed.notify()

    def write_sound(self, samples: NDArray[np.int16], pts_s: float | None = None) -> None:
        """The next sound, mono, 48000 samples a second, best before the picture with which it is
        heard. pts_s: when it begins, by the clock of the pictures; None is after the last. Raises
        OutputError when the stream has ended."""
        with self._changed:
            self._check()
            start_s = self._heard_s if pts_s is None else pts_s
            self._heard_s = start_s + len(samples) / SOUND_RATE
            self._sounds.append(_Sound(samples, start_s))
            while sum(len(each.samples) for each in self._sounds) > _MOST_SAMPLES:
                self._sounds.popleft()
            self._changed.notify()

    def close(self) -> None:
        """End the stream; waits for what is on its way, for five seconds at most. Does not raise:
        look at ``fault``."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_ENDS_WITHIN_S)
        self._target.abort()
        self._thread.join(_ENDS_WITHIN_S)

    def _check(self) -> None:
        if self.fault is not None:
            raise self.fault
        if self._closed:
            raise OutputError(self._target.name, "is closed")

    def _run(self, make: Callable[[], LiveEncoder]) -> None:
        encoder: LiveEncoder | None = None
        try:
            encoder = make()
            while (news := self._next()) is not None:
                pictures, sounds = news
                for sound in sounds:
                    encoder.sound(sound.samples, sound.pts_s)
                for picture in pictures:
                    encoder.picture(picture.pixels, picture.pts_s)
                self.frames += len(pictures)
            encoder.finish()
            self._target.close()
        except Exception as error:
            if encoder is not None:
                encoder.abandon()
            self._target.abort()
            fault = error if isinstance(error, OutputError) else self._unforeseen(error)
            with self._changed:
                self.fault = fault
        finally:
            self._on_end()

    def _unforeseen(self, error: Exception) -> OutputError:
        words = error.strerror if isinstance(error, OSError) else None
        return OutputError(
            self._target.name, words or f"cannot be encoded ({type(error).__name__})"
        )

    def _next(self) -> tuple[list[_Picture], list[_Sound]] | None:
        """All that waits; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._pictures or self._sounds)
            news = list(self._pictures), list(self._sounds)
            self._pictures.clear()
            self._sounds.clear()
            return news if news[0] or news[1] else None
