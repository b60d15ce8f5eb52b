"""The networks made, and filled from files of weights or by the recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mien.errors import WeightsError
from mien.weights import (
    LIVEPORTRAIT_GAINS,
    State,
    load_strict,
    part_of,
    read_state,
    recipe_state,
    require_torch,
    spectral_shapes,
)

NETWORKS = ("appearance", "motion", "warping", "generator", "stitching", "eyes", "lip")
"""All that the engine knows; it can do without the last three."""

_NORMALISED = ("conv_0", "conv_1", "conv_s")
"""Layers of the generator that are stored with spectral normalisation."""
_RECIPE = "recipe weights"
_MOST_SHOWN = 300


def load_networks(files: Mapping[str, tuple[Path, str]]) -> dict[str, Any]:
    """Network -> torch module in eval mode on the CPU, of those that have a file.

    files: network -> its file and the key of its state there (:func:`mien.weights.by_network`).
    Raises WeightsError, EngineUnavailableError without PyTorch.
    """
    states: dict[Path, State] = {}
    for path, _ in files.values():
        if path not in states:
            states[path] = read_state(path)
    return {
        network: _filled(network, part_of(states[path], part, path), path)
        for network, (path, part) in files.items()
    }


def recipe_networks(seed: int = 0) -> dict[str, Any]:
    """All networks with weights from the recipe: they take as long as with real ones. Raises
    EngineUnavailableError without PyTorch."""
    require_torch()
    return {network: _filled(network, _recipe(network, seed), _RECIPE) for network in NETWORKS}


def _filled(network: str, state: State, path: str | Path) -> Any:
    make = _makers()[network]
    return load_strict(make, _folded(state, path) if network == "generator" else state, path)


def _folded(state: State, path: str | Path) -> State:
    from mien.nets.liveportrait.spectral import fold_spectral_norm

    try:
        return fold_spectral_norm(state)
    except ValueError as error:
        raise WeightsError(path, str(error)[:_MOST_SHOWN]) from None


def _recipe(network: str, seed: int) -> State:
    import torch

    with torch.device("meta"):
        empty = _makers()[network]().state_dict()
    shapes = {
        key: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in empty.items()
    }
    if network == "generator":
        shapes = spectral_shapes(shapes, _NORMALISED)
    arrays = recipe_state(shapes, seed, LIVEPORTRAIT_GAINS.get(network))
    return {key: torch.from_numpy(array) for key, array in arrays.items()}


def _makers() -> Mapping[str, Callable[[], Any]]:
    from mien.nets.liveportrait import params
    from mien.nets.liveportrait.appearance import AppearanceExtractor
    from mien.nets.liveportrait.generator import SpadeGenerator
    from mien.nets.liveportrait.motion import MotionExtractor
    from mien.nets.liveportrait.regressor import KeypointRegressor
    from mien.nets.liveportrait.warping import WarpingNetwork

    return {
        "appearance": lambda: AppearanceExtractor(params.APPEARANCE),
        "motion": lambda: MotionExtractor(params.MOTION),
        "warping": lambda: WarpingNetwork(params.WARPING),
        "generator": lambda: SpadeGenerator(params.GENERATOR),
        "stitching": lambda: KeypointRegressor(params.STITCHING),
        "eyes": lambda: KeypointRegressor(params.EYES),
        "lip": lambda: KeypointRegressor(params.LIP),
    }
