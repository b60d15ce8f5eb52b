"""How fast networks beside the engines are here: JoyVASA and MuseTalk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mien.checks import check_whole
from mien.drivers.joyvasa import JoyVasaSettings
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.pipeline.engine_choice import models_folder
from mien.pipeline.verbs.benchmarking import place_of, write_report
from mien.retouch.musetalk.settings import MuseTalkSettings

NETWORKS = ("joyvasa", "musetalk")
USUAL_ROUNDS = 3
_MOST = 1000


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
    output: str | Path | None = None,
    force: bool = False,
) -> NetworkReport:
    """Measure the networks that ``settings.name`` names, where and how exactly the other settings
    say, ``iterations`` rounds of all their ways. Without weights on this machine they get others,
    which take as long, unless the settings say where weights are. ``output``: a file of JSON.

    Raises an InputError for what cannot be done, before the work begins; EngineUnavailableError.
    """
    check_whole("--iterations", iterations, least=1, most=_MOST)
    for option, value in (("--runtime", settings.runtime), ("--tier", settings.tier)):
        if value != "auto":
            raise OptionError(option, f"{value} is not for {settings.name}, which runs on torch")
    staging = None if output is None else place_of(output, force=force)
    figures = _joyvasa if settings.name == "joyvasa" else _musetalk
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
    )
    made_up = settings.models_dir is None
    return asdict(musetalk_trial(chosen, rounds=rounds, made_up=made_up))
