"""LivePortrait's three small networks with recipe weights, as the motion algebra calls them."""

from __future__ import annotations

import numpy as np
import torch

from fakes.liveportrait_goldens import recipe_gains
from mien.nets.liveportrait.params import EYES, LIP, STITCHING, RegressorParams
from mien.nets.liveportrait.regressor import KeypointRegressor
from mien.types import Floats
from mien.weights.recipe import recipe_state


class RecipeCorrectors:
    """Stitching and retargeting with the weights of a seed, on the CPU."""

    def __init__(self, seed: int) -> None:
        self._stitching = _network(STITCHING, "S", seed)
        self._eyes = _network(EYES, "R_eyes", seed)
        self._lips = _network(LIP, "R_lip", seed)

    def stitch(self, source: Floats, driving: Floats) -> Floats:
        """(21, 3), (B, 21, 3) -> (B, 21, 3)."""
        sources = np.broadcast_to(source.ravel(), (len(driving), 63))
        out = _run(self._stitching, sources, driving.reshape(-1, 63))
        stitched = driving + out[:, :63].reshape(-1, 21, 3)
        stitched[..., :2] += out[:, None, 63:]
        return stitched

    def eye_delta(self, source: Floats, ratios: Floats) -> Floats:
        """(21, 3), (3,) -> (21, 3)."""
        return _run(self._eyes, source.reshape(1, 63), ratios[None]).reshape(21, 3)

    def lip_delta(self, source: Floats, ratios: Floats) -> Floats:
        """(21, 3), (2,) -> (21, 3)."""
        return _run(self._lips, source.reshape(1, 63), ratios[None]).reshape(21, 3)


def _network(params: RegressorParams, name: str, seed: int) -> KeypointRegressor:
    network = KeypointRegressor(params)
    shapes = {key: (tuple(value.shape), "float32") for key, value in network.state_dict().items()}
    state = recipe_state(shapes, seed, recipe_gains(name))
    network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
    return network.eval()


def _run(network: KeypointRegressor, *parts: Floats) -> Floats:
    with torch.inference_mode():
        row = torch.from_numpy(np.concatenate(parts, axis=1).astype(np.float32))
        return np.asarray(network(row).numpy())
