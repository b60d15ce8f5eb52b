"""Which engine a run uses, where it looks for weights, and where it keeps what it makes of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mien.engines.settings import EngineSettings, settings_of

MODELS_VARIABLE, CACHE_VARIABLE = "MIEN_MODELS_DIR", "MIEN_CACHE_DIR"
"""Environment variables: folders of weights and of what is made of them, where nothing else is
said."""


def chosen_engine(engine: str | EngineSettings) -> EngineSettings:
    """The settings as given, or those of the engine of this name; folders that they do not name
    come from the environment."""
    settings = settings_of(engine)
    return replace(
        settings,
        models_dir=settings.models_dir or _folder(MODELS_VARIABLE),
        cache_dir=settings.cache_dir or _folder(CACHE_VARIABLE) or _users_cache() / "mien",
    )


def _folder(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named) if named else None


def _users_cache() -> Path:
    return _folder("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
