"""The first work of a worker: its engine is loaded and has rendered once."""

from __future__ import annotations

from dataclasses import dataclass

from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.service.readiness import MachineFacts
from mien.types import ProgressCallback


@dataclass(frozen=True, slots=True)
class WarmTask:
    """Render the built-in portrait once."""

    engine: EngineSettings

    def run(self, keeper: Keeper, progress: ProgressCallback) -> MachineFacts:
        raise NotImplementedError
