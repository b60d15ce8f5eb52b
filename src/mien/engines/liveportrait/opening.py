"""From settings to networks that run: weights are found, networks filled, a runtime chosen."""

from __future__ import annotations

from pathlib import Path

from mien.engines.liveportrait.framing import Landmarker203
from mien.engines.liveportrait.framing.points import PointsOf, same_points
from mien.engines.liveportrait.loading import load_networks
from mien.engines.liveportrait.runtimes.base import Runtime
from mien.engines.liveportrait.runtimes.onnx_runtime import check_onnx, open_onnx_runtime
from mien.engines.liveportrait.runtimes.opening import check_runtime, open_runtime
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.weights import Bundle, bundle_for, by_network, find_weights, locate
from mien.weights.containers import check_onnx_start

_LANDMARKS = "landmarks"


def open_networks(settings: EngineSettings) -> Runtime:
    """The networks that ``settings`` ask for, ready to run.

    Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that is not
    there, EngineUnavailableError naming the package that is missing.
    """
    files = find_networks(settings)
    if settings.runtime == "onnx":
        for path in files.values():
            check_onnx_start(path)
        return open_onnx_runtime(files, settings.device, settings.precision)
    networks = load_networks(by_network(files, _bundle(settings)))
    return open_runtime(networks, settings, settings.cache_dir)


def find_networks(settings: EngineSettings) -> dict[str, Path]:
    """The files of the networks, by what `mien.weights` calls them, for a runtime that there is.

    Reads none of them: what cannot be had is told before weights are fetched or loaded. Raises as
    :func:`open_networks`.
    """
    if settings.runtime == "onnx":
        _check_onnx(settings)
        check_onnx(settings.device, settings.precision)
    else:
        check_runtime(settings)
    return find_weights(_bundle(settings), settings.models_dir)


def points_for(settings: EngineSettings) -> PointsOf:
    """LivePortrait's own 203 points where its ``landmark.onnx`` lies beside the weights."""
    if settings.species == "animals":
        return same_points
    found = {
        each.artifact.name: each.path for each in locate(_bundle(settings), settings.models_dir)
    }
    path = found.get(_LANDMARKS)
    return same_points if path is None else Landmarker203(path).refine


def _bundle(settings: EngineSettings) -> Bundle:
    return bundle_for(settings.runtime, settings.species)


def _check_onnx(settings: EngineSettings) -> None:
    if settings.tier not in ("auto", "exact"):
        raise OptionError("--tier", f"{settings.tier} is not for --runtime onnx, which is exact")
    if settings.species != "humans":
        problem = f"there are no ONNX files for {settings.species}; choose another --runtime"
        raise OptionError("--species", problem)
