"""Networks that may be put away between two calls, so that others have their room."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mien.retouch.base import LipPainter
from mien.types import Floats, Image
from mien.weights.residents import MemoryBudget, Resident


class RestingPainter:
    """A painter that opens its networks when it is called, and as often as a budget made them
    rest. What it encoded and heard stays good: hearing is small, and stays."""

    def __init__(
        self,
        open_painter: Callable[[], LipPainter],
        memory_mb: int,
        budget: MemoryBudget | None = None,
    ) -> None:
        """memory_mb: what it needs on its device."""
        self.memory_mb = memory_mb
        self._resident = Resident(open_painter, memory_mb=memory_mb, budget=budget)
        self._side: int | None = None
        self._windows: Callable[[Any, Fraction, int, int], Floats] | None = None

    @property
    def side(self) -> int:
        if self._side is None:
            with self._resident.working() as painter:
                self._side = painter.side
        return self._side

    def encode(self, crops: Image) -> Floats:
        with self._resident.working() as painter:
            return painter.encode(crops)

    def paint(self, latents: Floats, prompts: Floats) -> Image:
        with self._resident.working() as painter:
            return painter.paint(latents, prompts)

    def hear(self, samples: Floats) -> Any:
        with self._resident.working() as painter:
            self._windows = painter.windows
            return painter.hear(samples)

    def windows(self, heard: Any, rate: Fraction, first: int, count: int) -> Floats:
        assert self._windows is not None, "heard by this painter"
        return self._windows(heard, rate, first, count)

    def parse(self, picture: Image) -> Image | None:
        with self._resident.working() as painter:
            return painter.parse(picture)

    def reset(self) -> None:
        """Nothing is carried from one film to the next."""

    def close(self) -> None:
        self._resident.close()
