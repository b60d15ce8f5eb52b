"""Networks beside the engine's that a request asks for, set up where the service's engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.pipeline.engine_choice import models_folder
from mien.pipeline.networks import check_pasted, musetalk_beside
from mien.pipeline.presets import with_preset
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.weights import bundle_named, find_weights


def joyvasa_of(options: Mapping[str, Any], base: EngineSettings) -> JoyVasaSettings:
    """base: of the engine of the service. Raises OptionError."""
    said = options.get("joyvasa") or {}
    species = options.get("species", "humans")
    return JoyVasaSettings(device=base.device, models_dir=_folder(base), species=species, **said)


def musetalk_of(options: Mapping[str, Any], base: EngineSettings) -> MuseTalkSettings:
    """base: of the engine of the service. Raises OptionError."""
    return replace(musetalk_beside(base), decoder=options.get("decoder", "full"))


def musetalk_here(base: EngineSettings) -> MuseTalkSettings:
    """For what chooses nothing of it but that it is there. Raises MissingWeightsError and
    WeightsError where it is not. Loads nothing."""
    settings = musetalk_of({}, base)
    find_weights(bundle_named("musetalk"), settings.models_dir)
    return settings


def check_networks(
    kind: str, options: Mapping[str, Any], engine: EngineSettings, base: EngineSettings
) -> None:
    """Raise OptionError, MissingWeightsError or WeightsError for networks that a job of this kind,
    rendered by ``engine``, could not have. Loads nothing."""
    wanted = {"musetalk"} if kind == "lipsync" else set()
    if kind == "talk":
        _, lips = with_preset(options.get("preset"), engine, options.get("lips", "engine"))
        asked = {str(lips), options.get("audio_driver", "speech")}
        wanted |= asked & {"musetalk", "joyvasa"}
        if options.get("joyvasa") is not None and "joyvasa" not in asked:
            raise OptionError("--joyvasa", "goes with --audio-driver joyvasa; leave it out")
        if "musetalk" in asked:
            check_pasted(options.get("paste_back", True))
    if "joyvasa" in wanted:
        joyvasa_of(options, base)
    for name in sorted(wanted):
        find_weights(bundle_named(name), _folder(base))


def _folder(base: EngineSettings) -> Path | None:
    return models_folder(base.models_dir)
