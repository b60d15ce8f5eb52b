"""LivePortrait's three small networks with recipe weights, as its runtimes call them."""

from __future__ import annotations

import torch

from fakes.liveportrait_goldens import recipe_gains
from mien.engines.liveportrait.runtimes.correctors import TorchCorrectors
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.nets.liveportrait.params import EYES, LIP, STITCHING, RegressorParams
from mien.nets.liveportrait.regressor import KeypointRegressor
from mien.weights.recipe import recipe_state


def recipe_correctors(seed: int) -> TorchCorrectors:
    """Stitching and retargeting with the weights of a seed."""
    return TorchCorrectors(
        Networks(
            *[None] * 4,
            stitching=_network(STITCHING, "S", seed),
            eyes=_network(EYES, "R_eyes", seed),
            lip=_network(LIP, "R_lip", seed),
        )
    )


def _network(params: RegressorParams, name: str, seed: int) -> KeypointRegressor:
    network = KeypointRegressor(params)
    shapes = {key: (tuple(value.shape), "float32") for key, value in network.state_dict().items()}
    state = recipe_state(shapes, seed, recipe_gains(name))
    network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
    return network.eval()
