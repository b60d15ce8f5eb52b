"""What a broadcast has shown, and how late."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

_MOST = 100_000
"""An hour and more: figures are of the last ones."""


class Tally:
    """Counts frames and delays. Times are seconds."""

    def __init__(self) -> None:
        self.num_shown = self.num_dropped = 0
        self._pictures: deque[float] = deque(maxlen=_MOST)
        self._sounds: deque[float] = deque(maxlen=_MOST)

    def shown(self, frames: int) -> None:
        """A picture, which stands for so many frames: all but one were dropped."""
        self.num_shown += 1
        self.num_dropped += frames - 1

    def followed(self, delay_s: float) -> None:
        """A camera's picture is shown as the face's so much later."""
        self._pictures.append(delay_s)

    def spoke(self, delays_s: Iterable[float]) -> None:
        """What was heard began to be said so much later."""
        self._sounds.extend(delays_s)

    @property
    def picture_delay_ms(self) -> float | None:
        """Median, from a camera's picture until it was shown."""
        return _percentile_ms(self._pictures, 50)

    @property
    def picture_delay_p95_ms(self) -> float | None:
        """The same, 95th percentile."""
        return _percentile_ms(self._pictures, 95)

    @property
    def sound_delay_ms(self) -> float | None:
        """Median, from sound that came until it was said."""
        return _percentile_ms(self._sounds, 50)


def _percentile_ms(delays_s: deque[float], share: float) -> float | None:
    return round(1000 * float(np.percentile(delays_s, share)), 1) if delays_s else None
