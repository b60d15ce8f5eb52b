"""When somebody speaks into a microphone: a face that hears a room's noise would mumble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_QUIET_DB, _LOUD_DB = -55.0, -35.0
"""Of full scale. What is below the first is never speech, what is above the second always is."""
_ABOVE_NOISE_DB = 9.0
_NOISE_RISES_DB_S = 1.0
_HOLDS_S = 0.5
"""Pauses between words are shorter."""
_FULL_SCALE = 32_768.0


class Gate:
    """Open while sound is louder than the noise before it, and a little longer."""

    def __init__(self) -> None:
        self._noise_db = _LOUD_DB
        self._silent_s = _HOLDS_S

    def hear(self, samples: NDArray[np.int16], length_s: float) -> bool:
        """Whether the next sound, so long, belongs to what is said."""
        level_db = _level_db(samples)
        self._noise_db = min(level_db, self._noise_db + _NOISE_RISES_DB_S * length_s)
        least_db = min(max(self._noise_db + _ABOVE_NOISE_DB, _QUIET_DB), _LOUD_DB)
        self._silent_s = 0.0 if level_db > least_db else self._silent_s + length_s
        return self._silent_s < _HOLDS_S


def _level_db(samples: NDArray[np.int16]) -> float:
    power = float(np.mean((samples / _FULL_SCALE) ** 2)) if len(samples) else 0.0
    return 10.0 * float(np.log10(max(power, 1e-12)))
