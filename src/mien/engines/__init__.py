"""Engines: a prepared portrait and a stream of motion in, rendered crops out."""

from mien.engines.base import ENGINES, Engine, EngineInfo, engine_info, load_engine
from mien.engines.settings import EngineSettings

__all__ = ["ENGINES", "Engine", "EngineInfo", "EngineSettings", "engine_info", "load_engine"]
