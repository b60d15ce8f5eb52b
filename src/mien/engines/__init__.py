"""Engines: a prepared portrait and a stream of motion in, rendered crops out."""

from mien.engines.base import ENGINES, Engine, EngineInfo, load_engine

__all__ = ["ENGINES", "Engine", "EngineInfo", "load_engine"]
