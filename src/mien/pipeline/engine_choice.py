"""Which engine a run uses, where it looks for weights, and where it keeps what it makes of them."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path

from mien.engines.base import check_motion, check_settings, engine_info
from mien.engines.settings import (
    DEFAULT_SETTINGS,
    FOR_FILMS,
    SWITCHES,
    EngineSettings,
    settings_of,
)
from mien.errors import MienWarning, OptionError
from mien.pipeline.bridge import needs_bridge
from mien.types import MotionOptions

MODELS_VARIABLE, CACHE_VARIABLE = "MIEN_MODELS_DIR", "MIEN_CACHE_DIR"
"""Environment variables: folders of weights and of what is made of them, where nothing else is
said."""


def chosen_engine(engine: str | EngineSettings) -> EngineSettings:
    """The settings as given, or those of the engine of this name; folders that they do not name
    come from the environment, as far as the engine has weights.

    Raises OptionError for what the engine does not have, EngineUnavailableError.
    """
    settings = settings_of(engine)
    check_settings(settings)
    has_weights = "models_dir" in engine_info(settings.name).extras
    return replace(
        settings,
        models_dir=models_folder(settings.models_dir) if has_weights else None,
        cache_dir=settings.cache_dir or _folder(CACHE_VARIABLE) or _users_cache() / "mien",
    )


def beside_others(settings: EngineSettings) -> EngineSettings:
    """The settings without a device, a folder of weights and a decoder that the engine has no use
    for: they are there for other networks of the same run. Raises as :func:`chosen_engine`."""
    info = engine_info(settings.name)
    runs_there = settings.device.partition(":")[0] in ("auto", *info.devices)
    return replace(
        settings,
        device=settings.device if runs_there else "auto",
        models_dir=settings.models_dir if "models_dir" in info.extras else None,
        decoder=settings.decoder if "decoder" in info.extras else DEFAULT_SETTINGS.decoder,
    )


def models_folder(given: Path | None) -> Path | None:
    """The folder of models: as given, else what the environment says, else none."""
    return given or _folder(MODELS_VARIABLE)


def check_for(settings: EngineSettings, options: MotionOptions, *, film: bool) -> None:
    """OptionError, before anything is loaded, for a motion that the engine cannot make with these
    settings; MienWarning for those that do nothing where the source is no film."""
    info = engine_info(settings.name)
    if film and not info.films:
        problem = f"{info.name} moves pictures, not films; give a picture, or take mesh"
        raise OptionError("--engine", problem)
    if not needs_bridge(info):
        check_motion(settings, options)
    for name in FOR_FILMS:
        if not film and getattr(settings, name) != getattr(DEFAULT_SETTINGS, name):
            _warn_of_picture(SWITCHES[name])
    if not film and options.head_rotation == "replace":
        _warn_of_picture("--head-rotation replace")


def _warn_of_picture(option: str) -> None:
    problem = "is for films, and does nothing to a source that is a picture"
    warnings.warn(f"{option} {problem}", MienWarning, stacklevel=4)


def _folder(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named) if named else None


def _users_cache() -> Path:
    return _folder("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
