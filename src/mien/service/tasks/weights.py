"""Whether an engine's weights are here: looked at in the server, so without loading anything."""

from __future__ import annotations

from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.weights import bundle_named, bundle_of, find_weights


def check_weights(settings: EngineSettings) -> None:
    """Raise MissingWeightsError, or WeightsError, for an engine whose files are not all here."""
    if "models_dir" not in engine_info(settings.name).extras:
        return
    onnx = settings.runtime == "onnx"
    bundle = bundle_named("liveportrait-onnx") if onnx else bundle_of(settings.species)
    find_weights(bundle, settings.models_dir)
