"""Networks of which torch, diffusers and transformers have the classes: what they need, and how
they are filled when they need not mean anything."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeAlias

from mien.errors import EngineUnavailableError
from mien.weights.recipe import recipe_state
from mien.weights.strict import load_strict

_PACKAGES = ("torch", "diffusers", "transformers")
_RECIPE = "recipe weights"

Module: TypeAlias = Any
"""A torch module; torch is not imported for its type."""


def require_neural(name: str) -> None:
    """EngineUnavailableError, of the system of this name, without torch, diffusers or
    transformers."""
    if missing := [package for package in _PACKAGES if find_spec(package) is None]:
        problem = f"needs {' and '.join(missing)}; install it with: pip install 'mien[neural]'"
        raise EngineUnavailableError(name, problem)


def made_up(make: Callable[[], Module], seed: int) -> Module:
    """The network that ``make`` builds, with weights from the recipe: it takes as long as with real
    ones. They are drawn where they stay: there is no second copy. Tables that the network computes
    on the processor, wherever it is built, stay what they are."""
    import torch

    with torch.device("meta"):
        empty = make().state_dict()
    tables = {key: tensor for key, tensor in empty.items() if not tensor.is_meta}
    shapes = {
        key: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in empty.items()
        if key not in tables
    }
    drawn = {key: torch.from_numpy(each) for key, each in recipe_state(shapes, seed).items()}
    return load_strict(make, tables | drawn, _RECIPE)
