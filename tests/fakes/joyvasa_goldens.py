"""What JoyVASA's own code computed: its cases, found by their index, and ours with the same recipe
weights.

The cases are the project's own, or those of the folder ``joyvasa`` in ``$MIEN_GOLDEN_DIR``; the
manifest of the weights is always the project's.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mien.drivers.joyvasa.making import PlacedNetwork
from mien.nets.joyvasa.constants import constants_of
from mien.nets.joyvasa.network import JoyVasaNetwork, renamed
from mien.nets.joyvasa.params import JOYVASA
from mien.types import Floats
from mien.weights import load_strict, recipe_state

OWN = Path(__file__).resolve().parents[1] / "golden" / "data" / "joyvasa"
POSITIONS = {"legacy": "legacy", "perpos": "per-position"}
_COMMANDS_GUIDANCE = 2.8
Case = dict[str, Any]
Arrays = dict[str, Floats]


def folder() -> Path:
    """Where the cases are."""
    chosen = os.environ.get("MIEN_GOLDEN_DIR")
    return Path(chosen) / "joyvasa" if chosen else OWN


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


INDEX = _read(folder() / "index.json")
MANIFEST = _read(OWN / "manifest.json")
SHAPES = {key: tuple(entry["shape"]) for key, entry in MANIFEST["keys"].items()}
SEED = INDEX.get("seed", 0)


def cases(is_one: Callable[[Case], bool]) -> list[str]:
    """The names of those of one kind, told by what comes in and out."""
    return [name for name, case in INDEX.get("cases", {}).items() if is_one(case)]


def case(name: str) -> Case:
    return dict(INDEX["cases"][name])


def arrays(name: str) -> Arrays:
    """What is stored of a case."""
    with np.load(folder() / f"{name}.npz", allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def draws(text: str, number: int = 0) -> np.random.Generator:
    """The generator that a description of inputs names, as in ``PCG64(1000+seed)``; ``number``:
    which of them."""
    return np.random.Generator(np.random.PCG64(draw_seed(text, number)))


def draw_seed(text: str, number: int = 0) -> int:
    return int(re.findall(r"PCG64\((\d+)\+seed\)", text)[number]) + int(SEED)


def normal(draw: np.random.Generator, *shape: int) -> Tensor:
    """The next float32 numbers."""
    return torch.from_numpy(draw.standard_normal(shape).astype(np.float32))


def arguments(of: Case) -> dict[str, Any]:
    """The arguments of upstream's sampler; those of its command where a case says none."""
    if "args" in of:
        return dict(ast.literal_eval(of["args"]))
    stated = re.search(r"\bcfg ([\d.]+)", of["inputs"])
    return {"cfg_scale": float(stated[1]) if stated else _COMMANDS_GUIDANCE}


def guidance(of: Case) -> float:
    given = arguments(of)
    return 1.0 if given.get("cfg_cond") == [] else float(given["cfg_scale"])


def num_steps(of: Case) -> int:
    stated = re.search(r"n_diff_steps=(\d+)", of["inputs"])
    return int(stated[1]) if stated else int(INDEX["config"]["n_diff_steps"])


def speech(of: Case) -> Floats:
    """(n,) float32: a tone that swells, under noise."""
    count = int(re.search(r"wav\((\d+) samples\)", of["inputs"])[1])
    time_s = np.arange(count) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * 220 * time_s) * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * time_s))
    return (tone + 0.05 * draws(of["inputs"]).standard_normal(count)).astype(np.float32)


@lru_cache(maxsize=1)
def placed() -> PlacedNetwork:
    """The networks with the recipe's weights."""
    constants = constants_of(JOYVASA)
    drawn = {key: (shape, "float32") for key, shape in SHAPES.items() if key not in constants}
    gains = {key: float(INDEX.get("gain", 1.0)) for key in drawn if len(drawn[key][0]) > 1}
    recipe = recipe_state(drawn, SEED, gains)
    state = {key: torch.from_numpy(array) for key, array in recipe.items()} | constants
    network = load_strict(lambda: JoyVasaNetwork(JOYVASA), renamed(state), f"recipe {SEED}")
    return PlacedNetwork(network, "cpu", "fp32")


def assert_as_stored(actual: Any, stored: Arrays, name: str, *, atol: float) -> None:
    """``actual`` against the shape, the statistics and the sampled values that are stored."""
    actual = np.asarray(actual)
    assert actual.shape == tuple(stored[f"{name}.shape"]), name
    flat = actual.astype(np.float64).ravel()
    sampled = flat[np.random.Generator(np.random.PCG64(12345)).integers(0, flat.size, 2048)]
    np.testing.assert_allclose(sampled, stored[f"{name}.values"], 0, atol, err_msg=name)
    made = np.array([flat.mean(), flat.std(), np.linalg.norm(flat)])
    wanted = stored[f"{name}.stats"]
    # no more than what values off by atol can bring about, and the rounding of the sums
    allowed = atol * np.array([1.0, 1.0, np.sqrt(flat.size)]) + 1e-6 * np.abs(wanted)
    assert (np.abs(made - wanted) <= allowed).all(), f"{name}: {made} is not {wanted}"
