"""What a microphone is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BLOCK_S = 0.02


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """samples: (S,) int16. began_s: when its first sample was heard, seconds of the monotonic
    clock."""

    samples: NDArray[np.int16]
    began_s: float


class Microphone(Protocol):
    """Sound as it comes."""

    @property
    def rate(self) -> int:
        """Samples per second."""

    @property
    def is_over(self) -> bool:
        """Whether nothing will be heard any more, and all was taken."""

    def take(self) -> list[SoundBlock]:
        """What was heard since the last time, oldest first, at most a second of it: what is older
        is forgotten."""

    def close(self) -> None:
        """Let go of it. May be called twice."""
