"""A camera that is read by a thread, so that whoever asks gets the newest picture there is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, cast

import cv2

from mien.errors import MienError, UnreadableMediaError
from mien.types import Image

OPENS_S = 20.0
"""A camera that gives no picture for so long is none."""
_AGAIN_S = 2.0
_JOINS_S = 1.0
"""Drivers and networks may hold a thread up for longer; it ends by itself when they let go."""
_LONGEST_SIDE = 960
"""Faces are followed as well in a smaller picture, and sooner."""
_LEAST_SIDE = 16


@dataclass(frozen=True, slots=True)
class CameraPicture:
    """pixels: RGB. taken_s: when it was there, seconds of the monotonic clock."""

    pixels: Image
    taken_s: float


class PictureSource(Protocol):
    """Where a camera's pictures come from. name: for complaints. comes_back: what is lost is opened
    again; else its end is the camera's."""

    @property
    def name(self) -> str: ...

    @property
    def comes_back(self) -> bool: ...

    def pictures(self, stop: threading.Event) -> Iterator[Image]:
        """Open it and give RGB pictures, each when it is there, until it ends or ``stop`` is set.
        Raises UnreadableMediaError."""


class Camera:
    """Reads from the moment that it is made. Use it in a `with` block, from any thread."""

    def __init__(self, source: PictureSource, *, now: Callable[[], float] = time.monotonic) -> None:
        """Wait for the first picture. Raises UnreadableMediaError when none comes."""
        self.name = source.name
        self._source, self._now = source, now
        self._changed, self._stop = threading.Condition(), threading.Event()
        self._newest: CameraPicture | None = None
        self._num_pictures = 0
        self._error: BaseException | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="mien-camera", daemon=True)
        self._thread.start()
        try:
            self._await_first()
        except BaseException:
            self.close()
            raise

    @property
    def num_pictures(self) -> int:
        """How many came."""
        return self._num_pictures

    @property
    def is_over(self) -> bool:
        """Whether no picture will come any more, and the last one was taken."""
        with self._changed:
            return self._ended and self._newest is None and not self._is_faulty

    @property
    def problem(self) -> str | None:
        """Why none comes at present from what gave some before, in one line."""
        error = self._error
        return None if error is None else str(error)

    def newest(self) -> CameraPicture | None:
        """The newest picture; None if there is none since the last time. Those between are
        forgotten."""
        with self._changed:
            picture, self._newest = self._newest, None
        if picture is None and self._is_faulty:
            assert self._error is not None, "that is the fault"
            raise self._error
        return picture

    @property
    def _is_faulty(self) -> bool:
        """Whether it ended by a fault of ours."""
        return not (self._error is None or isinstance(self._error, MienError))

    def close(self) -> None:
        """Let go of it. May be called twice."""
        self._stop.set()
        self._thread.join(_JOINS_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _await_first(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._num_pictures or self._ended, OPENS_S)
        if self._num_pictures:
            return
        if self._error is not None:
            raise self._error
        raise UnreadableMediaError(self.name, f"gives no picture within {OPENS_S:.0f} s")

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                for picture in self._source.pictures(self._stop):
                    self._put(picture)
                if self._source.comes_back:
                    self._error = UnreadableMediaError(self.name, "has ended")
            except MienError as error:
                self._error = error
            except BaseException as error:  # a fault of ours: told where the camera is used
                self._error = error
                break
            if not (self._source.comes_back and self._num_pictures):
                break
            self._stop.wait(_AGAIN_S)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, picture: Image) -> None:
        small = _small(picture, self.name)
        with self._changed:
            self._newest = CameraPicture(small, self._now())
            self._num_pictures += 1
            self._error = None
            self._changed.notify_all()


def _small(picture: Image, name: str) -> Image:
    height, width = picture.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale < 1.0:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cast(Image, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    if min(picture.shape[:2]) < _LEAST_SIDE:
        problem = f"gives pictures of {width} x {height} pixels, in which no face can be"
        raise UnreadableMediaError(name, problem)
    return picture
