"""How good and how slow: engine and lips by one word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from mien.checks import check_choice
from mien.engines.settings import EngineSettings
from mien.errors import OptionError

LipsChoice = Literal["engine", "musetalk"]
"""Who makes the lips: the engine, or MuseTalk over what the engine made."""
LIPS: tuple[LipsChoice, ...] = get_args(LipsChoice)
Preset = Literal["draft", "standard", "best"]
PRESET_NAMES: tuple[Preset, ...] = get_args(Preset)


@dataclass(frozen=True, slots=True)
class Quality:
    """engine: its name."""

    engine: str
    lips: LipsChoice


PRESETS: Mapping[Preset, Quality] = {
    "draft": Quality("mesh", "engine"),
    "standard": Quality("liveportrait", "engine"),
    "best": Quality("liveportrait", "musetalk"),
}


def with_preset(
    preset: Preset | None, engine: EngineSettings, lips: LipsChoice
) -> tuple[EngineSettings, LipsChoice]:
    """Engine and lips as the preset says, where there is one: all else of the engine's settings
    stays. Raises OptionError for an unknown one, and for one that comes with an engine or lips of
    its own."""
    check_choice("--lips", lips, LIPS)
    if preset is None:
        return engine, lips
    check_choice("--preset", preset, PRESET_NAMES)
    quality = PRESETS[preset]
    for option, said, usual, chosen in (
        ("--engine", engine.name, "mesh", quality.engine),
        ("--lips", lips, "engine", quality.lips),
    ):
        if said not in (usual, chosen):
            raise OptionError("--preset", f"{preset} means {option} {chosen}, not {said}")
    return replace(engine, name=quality.engine), quality.lips
