"""Which engine a run uses, and where it looks for weights."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mien.engines.settings import EngineSettings, settings_of

MODELS_VARIABLE = "MIEN_MODELS_DIR"
"""Environment variable with the folder of weights, where nothing else is said."""


def chosen_engine(engine: str | EngineSettings) -> EngineSettings:
    """The settings as given, or those of the engine of this name; the folder of weights comes from
    the environment unless they name one."""
    settings, folder = settings_of(engine), os.environ.get(MODELS_VARIABLE)
    if settings.models_dir is not None or not folder:
        return settings
    return replace(settings, models_dir=Path(folder))
