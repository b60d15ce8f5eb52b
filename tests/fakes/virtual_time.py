"""A clock that only goes on while somebody waits for it."""

from __future__ import annotations


class VirtualTime:
    """Stands for a clock, and for an event that is never set and waits in that clock's time."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.now_s += seconds
        return False
