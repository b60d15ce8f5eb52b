from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from mien.errors import UnreadableMediaError
from mien.media.camera import Camera, feed
from mien.types import Image

pytestmark = pytest.mark.unit

WAIT_S = 60


def grey(level: int, height: int = 32, width: int = 32) -> Image:
    return np.full((height, width, 3), level, np.uint8)


class Tape:
    """A source whose pictures a test puts in; an exception is raised, None is its end."""

    name = "tape"

    def __init__(self, *pictures: Image | Exception | None, comes_back: bool = False) -> None:
        self.coming: queue.Queue[Image | Exception | None] = queue.Queue()
        self.asked = threading.Semaphore(0)
        self.comes_back = comes_back
        for picture in pictures:
            self.coming.put(picture)

    def pictures(self, stop: threading.Event) -> Iterator[Image]:
        while not stop.is_set():
            self.asked.release()
            picture = self._next(stop)
            if picture is None:
                return
            if isinstance(picture, Exception):
                raise picture
            yield picture

    def _next(self, stop: threading.Event) -> Image | Exception | None:
        while not stop.is_set():
            with suppress(queue.Empty):
                return self.coming.get(timeout=0.02)
        return None

    def until_all_taken(self, number: int) -> None:
        """The picture before is there when the next one is asked for."""
        for _ in range(number):
            assert self.asked.acquire(timeout=WAIT_S)


def test_the_newest_picture_counts_and_is_given_once() -> None:
    tape = Tape(grey(1), grey(2), grey(3))
    with Camera(tape) as camera:
        tape.until_all_taken(4)
        newest = camera.newest()
        assert newest is not None
        assert newest.pixels[0, 0, 0] == 3
        assert camera.newest() is None
        assert (camera.num_pictures, camera.is_over) == (3, False)
        tape.coming.put(None)
        camera._thread.join(WAIT_S)
        assert camera.is_over


def test_a_camera_that_gives_nothing_is_an_error_at_once() -> None:
    gone = UnreadableMediaError("tape", "is not there")
    with pytest.raises(UnreadableMediaError, match="tape: is not there"):
        Camera(Tape(gone, comes_back=True))
    with pytest.raises(UnreadableMediaError, match="tape: gives no picture"):
        Camera(Tape(None))


def test_what_is_lost_is_opened_again_and_told_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_AGAIN_S", 0.0)
    tape = Tape(grey(1), comes_back=True)
    with Camera(tape) as camera:
        tape.until_all_taken(2)
        assert camera.problem is None
        tape.coming.put(UnreadableMediaError("tape", "was unplugged"))
        tape.until_all_taken(1)
        assert (camera.problem, camera.is_over) == ("tape: was unplugged", False)
        tape.coming.put(None)
        tape.until_all_taken(1)
        assert camera.problem == "tape: has ended"
        tape.coming.put(grey(9))
        tape.until_all_taken(1)
        newest = camera.newest()
        assert newest is not None
        assert newest.pixels[0, 0, 0] == 9
        assert camera.problem is None
        tape.coming.put(None)


def test_a_fault_of_ours_is_raised_where_the_camera_is_used() -> None:
    with Camera(Tape(grey(1), ZeroDivisionError("ours"))) as camera:
        camera._thread.join(WAIT_S)
        assert camera.newest() is not None
        assert not camera.is_over
        with pytest.raises(ZeroDivisionError, match="ours"):
            camera.newest()


def test_large_pictures_are_made_smaller_and_tiny_ones_refused() -> None:
    with Camera(Tape(grey(1, 1080, 1920), None)) as camera:
        newest = camera.newest()
        assert newest is not None
        assert newest.pixels.shape == (540, 960, 3)
    with pytest.raises(UnreadableMediaError, match="pictures of 4096 x 20 pixels"):
        Camera(Tape(grey(1, 20, 4096)))
