"""Engines: a prepared portrait and a stream of motion in, rendered crops out."""

from mien.engines.base import ENGINES, Channel, Engine, EngineInfo, engine_class, load_engine

__all__ = ["ENGINES", "Channel", "Engine", "EngineInfo", "engine_class", "load_engine"]
