"""Whether an engine's weights are here: looked at in the server, so without loading anything."""

from __future__ import annotations

from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.weights import BUNDLES, bundle_for, find_weights


def check_weights(settings: EngineSettings) -> None:
    """Raise MissingWeightsError, or WeightsError, for an engine whose files are not all here."""
    if "models_dir" not in engine_info(settings.name).extras:
        return
    own = [each for each in BUNDLES.values() if each.engine == settings.name and each.used]
    (bundle,) = own if len(own) == 1 else [bundle_for(settings.runtime, settings.species)]
    find_weights(bundle, settings.models_dir)
