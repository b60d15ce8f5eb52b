"""Engines made to be measured: they tell the stages of their work, and those with networks can do
without their weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, TypeAlias

from mien.engines.base import Engine, check_settings, load_engine
from mien.engines.settings import EngineSettings

Stage: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""What is done in the context belongs to the stage of that name."""
Weights: TypeAlias = Literal["installed", "recipe"]


@dataclass(frozen=True, slots=True)
class Trial:
    """An engine that is measured.

    weights: those of this machine, or made up by a recipe, which take as long; None for an engine
    that has none. rest: a word for what it does while it animates beside the stages that it tells.
    stages: all of them and the rest, as a frame goes through them.
    """

    engine: Engine[Any]
    weights: Weights | None = None
    rest: str = "render"
    stages: tuple[str, ...] = ("render",)


TRIALS: dict[str, str] = {"liveportrait": "mien.engines.liveportrait.trial:open_trial"}
"""Name of an engine that tells stages or has weights -> what makes its trial, with the
arguments of `load_trial`."""


def load_trial(settings: EngineSettings, stage: Stage, *, made_up: bool) -> Trial:
    """The engine of these settings, telling ``stage`` what it does.

    made_up: whether weights that are not on this machine are replaced by others; else, and for
    all other reasons, raises as :func:`mien.engines.load_engine`.
    """
    check_settings(settings)
    if settings.name not in TRIALS:
        return Trial(load_engine(settings))
    module, _, attribute = TRIALS[settings.name].partition(":")
    trial: Trial = getattr(import_module(module), attribute)(settings, stage, made_up=made_up)
    return trial
