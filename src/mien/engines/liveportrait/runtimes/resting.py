"""A runtime whose networks may be put away between two calls, so that others have their room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mien.engines.liveportrait.runtimes.base import KeypointReading, Runtime
from mien.errors import OutOfMemoryError
from mien.types import Floats, Image
from mien.weights.residents import MemoryBudget, Resident


class RestingRuntime:
    """Opens its networks when it is called, and as often as a budget made them rest. What it
    prepared stays good."""

    def __init__(
        self, open_runtime: Callable[[], Runtime], memory_mb: int, budget: MemoryBudget | None
    ) -> None:
        """Opens them for the first time. Raises what ``open_runtime`` does."""
        self._resident = Resident(open_runtime, memory_mb=memory_mb, budget=budget)
        with self._resident.working():
            pass

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        with self._resident.working() as runtime:
            return runtime.read_motion(pictures)

    def prepare(self, picture: Image, keypoints: Floats) -> Any:
        with self._resident.working() as runtime:
            return runtime.prepare(picture, keypoints)

    def render(self, prepared: Any, driving: Floats) -> Floats:
        """Where there is no memory for all of them at once, half of them at a time."""
        with self._resident.working() as runtime:
            try:
                return runtime.render(prepared, driving)
            except OutOfMemoryError:
                if len(driving) == 1:
                    raise
            half = (len(driving) + 1) // 2
            parts = [runtime.render(prepared, part) for part in (driving[:half], driving[half:])]
            return np.concatenate(parts)

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        with self._resident.working() as runtime:
            return runtime.stitch(source, driving)

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        with self._resident.working() as runtime:
            return runtime.eye_delta(source, ratios)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        with self._resident.working() as runtime:
            return runtime.lip_delta(source, ratios)

    def close(self) -> None:
        self._resident.close()
