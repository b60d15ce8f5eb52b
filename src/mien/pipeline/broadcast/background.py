"""An outlet in a thread of its own, for those that take their time."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType
from typing import Self

from mien.pipeline.broadcast.shot import Outlet, Shot

_MOST_WAITING = 2


class Background:
    """At most two shots wait; of more the oldest picture is dropped, and its sound goes with the
    next one."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._waiting: deque[Shot] = deque()
        self._ending = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="mien-outlet", daemon=True)

    def show(self, shot: Shot) -> None:
        """Hand it over. Raises what showing an earlier one raised."""
        with self._changed:
            if self._error is not None:
                raise self._error
            self._waiting.append(shot)
            if len(self._waiting) > _MOST_WAITING:
                oldest = self._waiting.popleft()
                self._waiting[0] = self._waiting[0].after(oldest)
            self._changed.notify()

    def __enter__(self) -> Self:
        self._outlet.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            if kind is not None:
                self._waiting.clear()
            self._ending = True
            self._changed.notify()
        self._thread.join()
        failed = self._error if kind is None else None
        if failed is None:
            self._outlet.__exit__(kind, error, trace)
        else:
            self._outlet.__exit__(type(failed), failed, failed.__traceback__)
            raise failed

    def _work(self) -> None:
        try:
            while (shot := self._next()) is not None:
                self._outlet.show(shot)
        except BaseException as error:
            with self._changed:
                self._error = error

    def _next(self) -> Shot | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            return self._waiting.popleft() if self._waiting else None
