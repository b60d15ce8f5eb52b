"""What time it is, whatever somebody does to the machine's clock meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """The machine's time when the service started, moved on by the clock that never jumps."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()

    def now(self) -> float:
        """Unix seconds. Two calls are as far apart as the time between them."""
        return self._offset + self._steady()

    def age(self, moment: float) -> float:
        """Seconds since ``moment``, Unix seconds of this clock or of the machine's: the shorter
        of the two answers, negative for what is still to come. So nothing is taken for older than
        it is because a clock was set."""
        return self.earliest() - moment

    def earliest(self) -> float:
        """Now, by this clock or by the machine's: the earlier one."""
        return min(self.now(), self._wall())
