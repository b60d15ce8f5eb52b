"""Whose job is next. Pure: no clock, no threads, nothing awaited."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from itertools import count

from mien.service.errors import BusyError, TooManyError
from mien.service.security.keys import Owner


class FairQueue:
    """Jobs that wait, by their ids. First in, first out for each owner; of the owners first who has
    the fewest running, then whose turn was the longest ago.

    size: how many may wait. per_owner: how many of one owner may wait or run.
    """

    def __init__(self, size: int, per_owner: int) -> None:
        self._size, self._per_owner = size, per_owner
        self._waiting: dict[Owner, deque[str]] = {}
        self._running: Counter[Owner] = Counter()
        self._last_turn: dict[Owner, int] = {}
        self._turns = count(1)

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    def check_room(self, owner: Owner) -> None:
        """Raises TooManyError when this owner has enough jobs, BusyError when all have."""
        if len(self._waiting.get(owner, ())) + self._running[owner] >= self._per_owner:
            raise TooManyError(
                f"{self._per_owner} jobs of yours wait or run; wait until one of them has ended"
            )
        if len(self) >= self._size:
            raise BusyError(f"{self._size} jobs wait, and no more can; try again later")

    def put(self, owner: Owner, id: str) -> None:
        """Last of the owner's. Takes it in any case: what was promised before must be kept."""
        self._waiting.setdefault(owner, deque()).append(id)

    def take(self) -> str | None:
        """The next one, which counts as running from now on; None when none waits."""
        if not self._waiting:
            return None
        owner = min(self._waiting, key=self._precedence)
        id = self._waiting[owner].popleft()
        self._running[owner] += 1
        self._last_turn[owner] = next(self._turns)
        self._forget_idle(owner)
        return id

    def ended(self, owner: Owner) -> None:
        """One that ran does so no more."""
        self._running[owner] -= 1
        self._forget_idle(owner)

    def remove(self, owner: Owner, id: str) -> None:
        """One that may wait shall not be run."""
        with suppress(KeyError, ValueError):
            self._waiting[owner].remove(id)
        self._forget_idle(owner)

    def _precedence(self, owner: Owner) -> tuple[int, int]:
        return self._running[owner], self._last_turn.get(owner, 0)

    def _forget_idle(self, owner: Owner) -> None:
        if not self._waiting.get(owner):
            self._waiting.pop(owner, None)
        if not self._running[owner]:
            del self._running[owner]
        if not self._waiting:  # not before: who comes back would go before who waits
            self._last_turn = {each: self._last_turn[each] for each in self._running}
