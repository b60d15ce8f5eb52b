"""What PersonaLive's own code computed: its cases, found by their index, networks of ours with the
same recipe weights, and how to compare.

The cases are the project's own, or those of the folder ``personalive`` in ``$MIEN_GOLDEN_DIR``; the
manifest of the weights is always the project's.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from mien.types import Floats
from mien.weights import recipe_state

OWN = Path(__file__).resolve().parents[1] / "golden" / "data" / "personalive"
Case = dict[str, Any]
Network = TypeVar("Network", bound=nn.Module)
_SAMPLES = 2048
_OF_STATISTICS = 1e-6
"""What the rounding of sums may do to a mean, a spread and a length."""
_DRAWS: Mapping[str, Callable[[np.random.Generator, tuple[int, ...]], Floats]] = {
    "normal": lambda draw, shape: draw.standard_normal(shape),
    "u01": lambda draw, shape: draw.random(shape),
    "u11": lambda draw, shape: 2 * draw.random(shape) - 1,
    "0.6*tanh(normal)": lambda draw, shape: 0.6 * np.tanh(draw.standard_normal(shape)),
}


def folder() -> Path:
    """Where the cases are."""
    chosen = os.environ.get("MIEN_GOLDEN_DIR")
    return Path(chosen) / "personalive" if chosen else OWN


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


INDEX = _read(folder() / "index.json")
MANIFEST = _read(OWN / "manifest.json")


def cases(is_one: Callable[[Case], bool]) -> list[str]:
    """The names of those of one kind, told by what comes in and out."""
    return [name for name, facts in INDEX.items() if "outputs" in facts and is_one(facts)]


def case(name: str) -> Case:
    return dict(INDEX[name])


def outputs_of(name: str) -> set[str]:
    """What there is to compare in a case."""
    return set(INDEX[name]["outputs"])


def seed_of(name: str) -> int:
    return int(INDEX[name].get("seed", INDEX["_protocol"]["seed"]))


def official_shapes(file: str) -> dict[str, tuple[int, ...]]:
    """Key -> shape in one of the official files, such as ``personalive/pose_guider.pth``."""
    return {key: tuple(shape) for key, (shape, _) in MANIFEST["files"][file]["keys"].items()}


def generator(text: str) -> np.random.Generator:
    """The one of this name, its seed included, as in ``0:in:pipe:ref`` or ``0:noise:3``."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(text.encode())))


def drawn(name: str, given: str) -> Tensor:
    """An input of a case, as its index describes it."""
    shape, kind = INDEX[name]["inputs"][given]
    return drawn_as(name, given, shape, kind)


def drawn_as(name: str, given: str, shape: Iterable[int], kind: str) -> Tensor:
    """An input that the index describes in words. kind: ``normal``, ``u01``, ``u11``..."""
    draw = generator(f"{seed_of(name)}:in:{INDEX[name]['input_namespace']}:{given}")
    values = _DRAWS[kind.split(" ")[0]](draw, tuple(shape))
    return torch.from_numpy(values.astype(np.float32))


def filled(network: Network, seed: int) -> Network:
    """The same network, in eval mode, with the recipe's weights; tables keep what they are."""
    state = network.state_dict()
    shapes = {
        key: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in state.items()
        if not _is_computed(key)
    }
    recipe = {key: torch.from_numpy(array) for key, array in recipe_state(shapes, seed).items()}
    for key, weight in recipe.items():
        if key.endswith("model.conv6.weight"):  # a last ReLU would be dead for some seeds
            weight -= weight.mean(dim=(2, 3), keepdim=True)
    network.load_state_dict(state | recipe)
    return network.eval()


def _is_computed(key: str) -> bool:
    return key.rpartition(".")[2] in ("pe", "idx_tensor")


def assert_same(name: str, output: str, actual: Any, *, atol: float, rtol: float = 0.0) -> None:
    """An output of a case against what is stored of it: shape, statistics, sampled values."""
    actual = np.asarray(actual)
    facts = INDEX[name]["outputs"][output]
    assert list(actual.shape) == facts["shape"], output
    flat = actual.astype(np.float64).ravel()
    wanted = _stored(name, output)
    at = np.random.Generator(np.random.PCG64(12345)).integers(0, flat.size, _SAMPLES)
    np.testing.assert_allclose(flat[at], wanted, rtol, atol, err_msg=output)
    made = np.array([flat.mean(), flat.std(), np.linalg.norm(flat), np.abs(flat).max()])
    stated = np.array([facts[each] for each in ("mean", "std", "l2", "absmax")])
    # no more than what values off by atol can bring about, and the rounding of the sums
    off = atol + rtol * facts["absmax"]
    allowed = off * np.array([1.0, 1.0, np.sqrt(flat.size), 1.0]) + _OF_STATISTICS * np.abs(stated)
    assert (np.abs(made - stated) <= allowed).all(), f"{output}: {made} is not {stated}"


def _stored(name: str, output: str) -> Floats:
    with np.load(folder() / f"{name}.npz", allow_pickle=False) as stored:
        values: Floats = stored[output].astype(np.float64)
    return values
