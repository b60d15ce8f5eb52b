"""Live pictures and sound out to a receiver, without ever holding up who makes them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from av.error import FFmpegError
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
    output = LiveOutput(place, form or usual, size=size, rate=rate, sound=sound)
    output.wait_open()
    return output


@dataclass(frozen=True, slots=True)
class _Picture:
    pixels: Image
    pts_s: float


@dataclass(frozen=True, slots=True)
class _Sound:
    samples: NDArray[np.int16]
    pts_s: float


class LiveOutput:
    """A stream, which is opened, encoded and sent in a thread of its own. Two pictures and a
    second of sound may wait for it; of more the oldest is dropped."""

    def __init__(
        self,
        target: LiveTarget,
        form: LiveForm,
        *,
        size: tuple[int, int],
        rate: Fraction,
        sound: bool,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        """As of :func:`open_live_output`, which also waits. target: not open yet. on_news: called
        in the thread when the stream is open, and when it has ended."""
        self.frames = 0
        """Pictures that were sent."""
        self.dropped = 0
        """Pictures that were not taken in time, since it was open."""
        self.is_open = False
        """Whether it was opened; it stays so."""
        self.has_ended = False
        self.fault: OutputError | None = None
        """Why it has ended by itself."""
        self._target = target
        self._encoder = partial(LiveEncoder, target, form, size=size, rate=rate, sound=sound)
        self._pictures: deque[_Picture] = deque()
        self._sounds: deque[_Sound] = deque()
        self._heard_s = 0.0
        self._closed = False
        self._changed = threading.Condition()
        self._on_news = on_news
        self._thread = threading.Thread(target=self._run, name="live-output", daemon=True)
        self._thread.start()

    def wait_open(self) -> None:
        """Raises OutputError when it cannot be opened."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_open or self.has_ended)
            self._check()

    def write(self, pixels: Image, pts_s: float) -> None:
        """The next picture, RGB or RGBA, which must not be changed any more. pts_s: when it is
        seen, in seconds of any clock that only goes on. Raises OutputError when the stream has
        ended."""
        with self._changed:
            self._check()
            if len(self._pictures) == _MOST_PICTURES:
                self._pictures.popleft()
                self.dropped += self.is_open
            self._pictures.append(_Picture(pixels, pts_s))
            self._changed.notify_all()

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
            self._changed.notify_all()

    def hush(self) -> None:
        """Sound that waits becomes silence."""
        with self._changed:
            silent = [_Sound(np.zeros_like(each.samples), each.pts_s) for each in self._sounds]
            self._sounds = deque(silent)

    def end(self) -> None:
        """Let it end when what waits is sent. Does not wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abort(self) -> None:
        """End it soon, whatever waits."""
        self.end()
        self._target.abort()

    def close(self) -> None:
        """End it, and wait for that, some seconds at most. Does not raise: look at ``fault``."""
        self.end()
        self._thread.join(_ENDS_WITHIN_S)
        self._target.abort()
        self._thread.join(_ENDS_WITHIN_S)

    def _check(self) -> None:
        if self.fault is not None:
            raise self.fault
        if self._closed:
            raise OutputError(self._target.name, "is closed")

    def _run(self) -> None:
        fault: OutputError | None = None
        try:
            self._target.open()
            self._note_open()
            self._send()
        except OutputError as error:
            fault = error
        except (OSError, FFmpegError) as error:
            fault = OutputError(self._target.name, (error.strerror or "cannot be written").lower())
        except Exception:
            fault = OutputError(self._target.name, "a fault of Mien; the log says more")
            raise  # the log says it as of any thread
        finally:
            if fault is not None:
                self._target.abort()
            self._target.close()
            with self._changed:
                self.fault, self.has_ended = fault, True
                self._changed.notify_all()
            self._on_news()

    def _note_open(self) -> None:
        """What came before is old."""
        with self._changed:
            self._pictures.clear()
            self._sounds.clear()
            self.is_open = True
            self._changed.notify_all()
        self._on_news()

    def _send(self) -> None:
        encoder = self._encoder()
        try:
            while (news := self._next()) is not None:
                pictures, sounds = news
                for sound in sounds:
                    encoder.sound(sound.samples, sound.pts_s)
                for picture in pictures:
                    encoder.picture(picture.pixels, picture.pts_s)
                    self.frames += 1
            encoder.finish()
        except BaseException:
            encoder.abandon()
            raise

    def _next(self) -> tuple[list[_Picture], list[_Sound]] | None:
        """All that waits; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._pictures or self._sounds)
            news = list(self._pictures), list(self._sounds)
            self._pictures.clear()
            self._sounds.clear()
            return news if news[0] or news[1] else None
