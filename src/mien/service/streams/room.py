"""How many streams there may be: each of them has an encoder of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager

from mien.service.errors import BusyError


class Room:
    """Used in the event loop."""

    def __init__(self, *, each: int, all: int, on_count: Callable[[int], None]) -> None:
        """each, all: most streams of one session, and of all. on_count: told how many there are."""
        self._each, self._all, self._on_count = each, all, on_count
        self._taken: Counter[str] = Counter()

    def check(self, session: str) -> None:
        """Raises BusyError if there is none left."""
        if self._taken.total() >= self._all:
            raise BusyError("too many streams; try again when some have ended")
        if self._taken[session] >= self._each:
            raise BusyError("this session has too many streams; end one of them")

    @contextmanager
    def place(self, session: str) -> Generator[None]:
        """For one stream. Raises BusyError."""
        self.check(session)
        self._taken[session] += 1
        self._on_count(self._taken.total())
        try:
            yield
        finally:
            self._taken[session] -= 1
            self._taken += Counter()  # without those that have none
            self._on_count(self._taken.total())
