"""From settings to networks that run: weights are found, networks filled and brought to their
device."""

from __future__ import annotations

from mien.engines.personalive.base import Networks
from mien.engines.personalive.compiling import check_compiling
from mien.engines.personalive.loading import find_files, load_modules
from mien.engines.personalive.modules import require_neural
from mien.engines.settings import EngineSettings
from mien.weights.devices import device_of


def open_networks(settings: EngineSettings) -> Networks:
    """The networks that ``settings`` ask for, ready to run.

    Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that is not
    there, EngineUnavailableError naming the package that is missing, OutOfMemoryError.
    """
    check_networks(settings)
    from mien.engines.personalive.networks import PersonaLiveNetworks

    return PersonaLiveNetworks(load_modules(settings), settings)


def check_networks(settings: EngineSettings) -> None:
    """Raise as :func:`open_networks` for what is known without reading any weights."""
    require_neural()
    from mien.engines.personalive.precision import number_of

    device = device_of(settings.device)
    number_of(settings.precision, device)
    check_compiling(settings, device)
    find_files(settings)
