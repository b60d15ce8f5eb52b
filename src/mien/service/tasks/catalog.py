"""Which engines there are and which of them run here: asked of a worker, since to answer it their
packages are imported."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mien.engines.base import ENGINES, EngineInfo, check_engine, engine_info
from mien.engines.settings import EngineSettings
from mien.errors import MienError
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.keeping import Keeper
from mien.service.wording import public_words
from mien.types import ProgressCallback


@dataclass(frozen=True, slots=True)
class EngineState:
    """What is known of an engine; problem: what keeps it from running here, without the paths of
    this machine."""

    name: str
    info: EngineInfo | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class EnginesTask:
    """Look at every engine; no weights are loaded. default: device and folders to look with."""

    default: EngineSettings

    def run(self, keeper: Keeper, progress: ProgressCallback) -> tuple[EngineState, ...]:
        return tuple(self._state(name) for name in ENGINES)

    def _state(self, name: str) -> EngineState:
        info = None
        try:
            info = engine_info(name)
            check_engine(self._settings(info))
        except MienError as error:
            return EngineState(name, info, public_words(error).removeprefix(f"engine {name}: "))
        return EngineState(name, info, None)

    def _settings(self, info: EngineInfo) -> EngineSettings:
        if info.name == self.default.name:
            return self.default
        folder = self.default.models_dir if "models_dir" in info.extras else None
        return chosen_engine(replace(EngineSettings(info.name), models_dir=folder))
