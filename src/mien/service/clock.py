"""What time it is, and how old things are, whatever somebody does to the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """The machine's time; ages also by its time at the service's start, moved on by the clock that
    never jumps."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()

    def now(self) -> float:
        """Unix seconds, by the machine's clock: it may have been wrong when the service started."""
        return self._wall()

    def age(self, moment: float) -> float:
        """Seconds since ``moment``, Unix seconds: by the clock that says less, negative for what is
        still to come. So nothing is taken for older than it is because a clock was set."""
        return self.earliest() - moment

    def earliest(self) -> float:
        """Now, by the machine's clock or by its start and the time since: the earlier one."""
        return min(self._wall(), self._offset + self._steady())
