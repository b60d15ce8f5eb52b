"""JoyVASA with weights from the recipe: for tests and measurements, without anyone's training."""

from __future__ import annotations

import numpy as np

from mien.drivers.joyvasa.coefficients import MotionRange
from mien.drivers.joyvasa.loading import Model, filled, maker, place_of
from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.nets.joyvasa.params import JOYVASA, JoyVasaParams
from mien.weights import State, recipe_state

_NAME = "recipe weights"
_RANGE = MotionRange(
    mean=np.zeros(63),
    deviation=np.full(63, 0.01),
    least=np.array([1.4, -0.02, -0.02, 0.0, -4.0, -6.0, -3.0]),
    most=np.array([1.5, 0.02, 0.02, 0.0, 4.0, 6.0, 3.0]),
)
"""In which recipe weights make motion of a head's size."""


def recipe_model(
    settings: JoyVasaSettings, params: JoyVasaParams = JOYVASA, seed: int = 0
) -> Model:
    """A model with weights from the recipe: it takes as long as the real one, and moves a head
    as far as heads move, though not as people do."""
    device, precision = place_of(settings)
    network = filled(params, recipe_weights(params, seed), _NAME)
    from mien.drivers.joyvasa.making import PlacedNetwork

    return Model(PlacedNetwork(network, device, precision), _RANGE)


def recipe_weights(params: JoyVasaParams, seed: int = 0) -> State:
    """A state of these sizes by the recipe, keys as in the official file."""
    import torch

    from mien.nets.joyvasa.constants import constants_of
    from mien.nets.joyvasa.network import official

    constants = constants_of(params)
    with torch.device("meta"):
        empty = official(maker(params)().state_dict())
    shapes = {
        key: (tuple(tensor.shape), "float32")
        for key, tensor in empty.items()
        if key not in constants
    }
    arrays = recipe_state(shapes, seed)
    return {key: torch.from_numpy(array) for key, array in arrays.items()} | constants
