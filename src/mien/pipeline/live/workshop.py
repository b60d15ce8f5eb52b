"""A portrait drawn in a thread of its own, by an engine that makes several pictures at once: who
shows them never waits, and shows each as late as the slowest would be."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from mien.pipeline.live.sitting import Pose
from mien.pipeline.live.waiting import MomentQueue, NoMoreMomentsError
from mien.types import Image, MotionFrame

_MOST_FINISHED = 128
"""Pictures that are drawn and not due yet: more than moments can be under way."""


class Workshop:
    """A :class:`mien.pipeline.live.sitting.Sitting`. The thread begins with the first moment, and
    gives the engine back when it ends."""

    def __init__(self, pose: Pose, chunk_frames: int) -> None:
        """chunk_frames: how many pictures the engine makes at once."""
        self.size = pose.size
        self.is_ready = False
        self._pose, self._shown = pose, pose.still
        self._queue = MomentQueue(chunk_frames)
        self._started: deque[int] = deque()
        """Numbers of the moments that the engine has, the oldest first; the thread's alone."""
        self._finished: deque[tuple[int, Image]] = deque(maxlen=_MOST_FINISHED)
        self._newest: int | None = None
        self._error: BaseException | None = None
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def newest(self) -> int | None:
        """``pts`` of the newest moment that was drawn; None before the first."""
        return self._newest

    @property
    def is_over(self) -> bool:
        """Whether the engine was given back."""
        return self._thread is None or not self._thread.is_alive()

    def show(self, moments: Sequence[MotionFrame], due: int) -> Image:
        """What is drawn already, as :meth:`Sitting.show`; one that is late comes when it can, and
        the one before it stands."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mien-workshop", daemon=True)
            self._thread.start()
        self._queue.put(moments)
        with self._changing:
            if self._error is not None:
                raise self._error
            while self._finished and self._finished[0][0] <= due:
                _, self._shown = self._finished.popleft()
                self.is_ready = True
        return self._shown

    def settle(self, patience_s: float) -> bool:
        """Wait until all is drawn that can be, so long at most; whether it is."""
        return self._thread is None or self._queue.wait_until_wanted(patience_s)

    def close(self) -> None:
        """The engine goes back when the chunk that it works on is done."""
        self._queue.close()
        if self._thread is None:
            self._pose.borrowed.close()

    def join(self, patience_s: float) -> None:
        """Wait for that."""
        if self._thread is not None:
            self._thread.join(patience_s)

    def _work(self) -> None:
        try:
            with self._pose.borrowed, suppress(NoMoreMomentsError):
                # An engine that has failed is told to its lender by the exception.
                for frame in self._pose.drawn(self._moments()):
                    self._finish(frame.pixels)
        except BaseException as error:
            with self._changing:
                self._error = error
        finally:
            self._queue.close()  # nobody draws any more

    def _moments(self) -> Iterator[MotionFrame]:
        """Numbered as engines may rely on: 0, 1, 2..."""
        number = 0
        while True:
            for moment in self._queue.take():
                self._started.append(moment.pts)
                yield replace(moment, pts=number)
                number += 1

    def _finish(self, picture: Image) -> None:
        pts = self._started.popleft()
        with self._changing:
            self._finished.append((pts, picture))
            self._newest = pts
