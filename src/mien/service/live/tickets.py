"""Short-lived passes for browsers, whose WebSockets and films send no headers of their own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

LIFE_S = 30
_MOST = 10_000


class Tickets:
    """Each opens one socket or stream of one session, once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sold: dict[str, tuple[str, float]] = {}

    def sell(self, session: str) -> str:
        """A new one; letters, digits, - and _."""
        self._forget_old()
        ticket = secrets.token_urlsafe(32)
        self._sold[ticket] = session, self._clock() + LIFE_S
        return ticket

    def take(self, ticket: str, session: str) -> bool:
        """Whether it is good for this session; it is not any more."""
        meant, until = self._sold.pop(ticket, ("", 0.0))
        return meant == session and self._clock() < until

    def holds(self, ticket: str, session: str) -> bool:
        """Whether it is good for this session, and stays so."""
        meant, until = self._sold.get(ticket, ("", 0.0))
        return meant == session and self._clock() < until

    def _forget_old(self) -> None:
        now = self._clock()
        self._sold = {key: each for key, each in self._sold.items() if now < each[1]}
        while len(self._sold) >= _MOST:
            del self._sold[next(iter(self._sold))]
