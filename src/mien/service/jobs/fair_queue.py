"""Whose job is next. Pure: no clock, no threads, nothing awaited."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque

from mien.service.errors import BusyError, TooManyError
from mien.service.security.keys import Owner


class FairQueue:
    """Jobs that wait, by their ids: first in, first out for each owner, and the owners in turn.

    size: how many may wait. per_owner: how many of one owner may wait or run.
    """

    def __init__(self, size: int, per_owner: int) -> None:
        self._size, self._per_owner = size, per_owner
        self._waiting: OrderedDict[Owner, deque[str]] = OrderedDict()
        self._running: Counter[Owner] = Counter()

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
        owner, ids = next(iter(self._waiting.items()))
        id = ids.popleft()
        self._waiting.move_to_end(owner)
        self._forget_empty(owner)
        self._running[owner] += 1
        return id

    def ended(self, owner: Owner) -> None:
        """One that ran does so no more."""
        self._running[owner] -= 1
        if not self._running[owner]:
            del self._running[owner]

    def remove(self, owner: Owner, id: str) -> None:
        """One that waits shall not be run."""
        self._waiting[owner].remove(id)
        self._forget_empty(owner)

    def _forget_empty(self, owner: Owner) -> None:
        if not self._waiting[owner]:
            del self._waiting[owner]
