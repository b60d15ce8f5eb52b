"""How fast networks are here, each way beside the plain one: JoyVASA, MuseTalk and PersonaLive."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mien.checks import check_whole, shown
from mien.drivers.joyvasa import JoyVasaSettings
from mien.engines.base import ENGINES, check_settings
from mien.engines.settings import DEFAULT_SETTINGS, SWITCHES, EngineSettings
from mien.errors import OptionError
from mien.pipeline.engine_choice import models_folder
from mien.pipeline.verbs.benchmarking import place_of, write_report
from mien.retouch.musetalk.settings import MuseTalkSettings

NETWORKS = ("joyvasa", "musetalk", "personalive")
USUAL_ROUNDS = 3
_MOST = 1000
_OPTIONS = {
    **{name: f"--{name}" for name in ("device", "precision", "runtime", "tier", "species")},
    **SWITCHES,
}
"""Fields of the settings -> the options that set them."""
_USED = {
    "joyvasa": ("device", "models_dir"),
    "musetalk": ("device", "precision", "models_dir", "batch", "decoder", "compiled"),
}
"""Networks that are no engine -> the fields that they are measured by."""


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What was measured; times in milliseconds. figures: as the networks' own trial tells them,
    each way beside the plain one of the same run."""

    name: str
    rounds: int
    figures: Mapping[str, Any]

    def to_json(self, *, indent: int | None = None) -> str:
        """One line of JSON, or several, indented."""
        return json.dumps(asdict(self), indent=indent)


def benchmark_networks(
    settings: EngineSettings,
    *,
    iterations: int = USUAL_ROUNDS,
    reduced: bool = False,
    output: str | Path | None = None,
    force: bool = False,
) -> NetworkReport:
    """Measure the networks that ``settings.name`` names, where and how exactly the other settings
    say, ``iterations`` rounds of all their ways. Without weights on this machine they get others,
    which take as long, unless the settings say where weights are. ``reduced``: small networks in
    their place, of which PersonaLive alone has some. ``output``: a file of JSON.

    Raises an InputError for what cannot be done, and for a setting that they have no use for,
    before the work begins; EngineUnavailableError.
    """
    check_whole("--iterations", iterations, least=1, most=_MOST)
    _check_used(settings)
    check_reduced(settings.name, reduced=reduced)
    staging = None if output is None else place_of(output, force=force)
    figures = (_REDUCED if reduced else _PUBLISHED)[settings.name]
    report = NetworkReport(settings.name, iterations, figures(settings, iterations))
    if staging is not None:
        write_report(staging, report.to_json(indent=2))
    return report


def _joyvasa(settings: EngineSettings, rounds: int) -> dict[str, Any]:
    from mien.drivers.joyvasa.trial import joyvasa_trial

    chosen = JoyVasaSettings(settings.device, models_dir=models_folder(settings.models_dir))
    made_up = settings.models_dir is None
    return asdict(joyvasa_trial(chosen, rounds=rounds, made_up=made_up))


def _musetalk(settings: EngineSettings, rounds: int) -> dict[str, Any]:
    from mien.retouch.musetalk.trial import musetalk_trial

    chosen = MuseTalkSettings(
        settings.device,
        settings.precision,
        models_dir=models_folder(settings.models_dir),
        batch=settings.batch,
        decoder=settings.decoder,
        compiled=settings.compiled,
    )
    made_up = settings.models_dir is None
    return asdict(musetalk_trial(chosen, rounds=rounds, made_up=made_up))


def _personalive(settings: EngineSettings, rounds: int, *, reduced: bool = False) -> dict[str, Any]:
    from mien.engines.personalive.trial import personalive_trial

    chosen = settings  # small networks have no files: the environment's folder is no matter
    if not reduced:
        chosen = replace(settings, models_dir=models_folder(settings.models_dir))
    made_up = settings.models_dir is None
    return asdict(personalive_trial(chosen, rounds=rounds, reduced=reduced, made_up=made_up))


_Figures = Callable[[EngineSettings, int], Mapping[str, Any]]
_PUBLISHED: Mapping[str, _Figures] = {
    "joyvasa": _joyvasa,
    "musetalk": _musetalk,
    "personalive": _personalive,
}
_REDUCED: Mapping[str, _Figures] = {"personalive": partial(_personalive, reduced=True)}


def check_measured(name: str) -> None:
    """OptionError for what is neither an engine nor networks that are measured, naming all."""
    names = tuple(dict.fromkeys((*ENGINES, *NETWORKS)))
    if name not in names:
        problem = f"there is no {shown(name)}; choose from: {', '.join(names)}"
        raise OptionError("--engine", problem)


def check_reduced(name: str, *, reduced: bool) -> None:
    """OptionError for small networks where there are none."""
    if reduced and name not in _REDUCED:
        raise OptionError("--reduced", f"{name} has no small networks; leave it out")


def check_measuring(name: str, said: Mapping[str, bool]) -> None:
    """OptionError for an option that was said and that networks are not measured by, for those of
    this name. said: option -> whether it was."""
    for option, was_said in said.items():
        if was_said:
            raise OptionError(option, f"{name} is measured without it; leave it out")


def _check_used(settings: EngineSettings) -> None:
    if settings.name not in NETWORKS:
        problem = f"{shown(settings.name)} is not among {', '.join(NETWORKS)}"
        raise OptionError("--engine", problem)
    if settings.name in ENGINES:
        check_settings(settings)
        return
    usual, used = DEFAULT_SETTINGS, _USED[settings.name]
    others = {name: option for name, option in _OPTIONS.items() if name not in used}
    chosen = {
        option: getattr(settings, name) != getattr(usual, name) for name, option in others.items()
    }
    check_measuring(settings.name, chosen)
