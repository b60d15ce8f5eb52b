"""A camera of this machine, by its number."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import cv2

from mien.errors import UnreadableMediaError
from mien.types import Image


@dataclass(frozen=True, slots=True)
class DeviceSource:
    """number: 0 is the first one that the system has."""

    number: int

    @property
    def name(self) -> str:
        """For complaints."""
        return f"camera {self.number}"

    @property
    def comes_back(self) -> bool:
        """It may be plugged in again."""
        return True

    def pictures(self, stop: threading.Event) -> Iterator[Image]:
        """As fast as it gives them."""
        with _silent():
            capture = cv2.VideoCapture(self.number)
        try:
            if not capture.isOpened():
                problem = "is not there, or another program uses it; give another number"
                raise UnreadableMediaError(self.name, problem)
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # older pictures would only be late
            while not stop.is_set():
                came, picture = capture.read()
                if not came:
                    raise UnreadableMediaError(self.name, "gives no more pictures")
                yield cast(Image, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        finally:
            capture.release()


@contextmanager
def _silent() -> Generator[None]:
    """OpenCV writes of every backend that has no such camera."""
    logging = cv2.utils.logging
    before = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)
