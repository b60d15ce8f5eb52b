"""LivePortrait's weights in the official layout, filled by the recipe: the real sizes, nobody's
training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mien.weights import BUNDLES, LIVEPORTRAIT_GAINS, bundle_of, recipe_state

MANIFEST = Path(__file__).parents[1] / "golden" / "data" / "liveportrait" / "manifest.json"
_LETTERS = {
    "appearance": "F",
    "motion": "M",
    "warping": "W",
    "generator": "G",
    "stitching": "S",
    "eyes": "R_eyes",
    "lip": "R_lip",
}
"""Mien's names of the networks -> those of the manifest."""


def official_shapes(network: str) -> dict[str, tuple[tuple[int, ...], str]]:
    """Key -> shape and dtype, as the official file of this network has them."""
    entries = json.loads(MANIFEST.read_text("utf-8"))["entries"][_LETTERS[network]]
    return {each["key"]: (tuple(each["shape"]), each["dtype"]) for each in entries}


def recipe_tensors(network: str, seed: int = 0) -> dict[str, torch.Tensor]:
    """The state of one network, keys and shapes as in the official file."""
    arrays = recipe_state(official_shapes(network), seed, LIVEPORTRAIT_GAINS.get(network))
    return {key: torch.from_numpy(array) for key, array in arrays.items()}


def write_official_weights(
    folder: Path, seed: int = 0, species: str = "humans", *, only: tuple[str, ...] = ()
) -> Path:
    """Write the PyTorch files of a species below ``folder``, which stands for
    ``pretrained_weights``, and return ``folder``. ``only``: of these artifacts alone."""
    for artifact in bundle_of(species).artifacts:
        if artifact.parts and (not only or artifact.name in only):
            _write(folder / artifact.path, artifact.parts, seed)
    return folder


def artifact_path(folder: Path, name: str, bundle: str = "liveportrait") -> Path:
    """Where the file of this artifact lies below ``pretrained_weights``."""
    (artifact,) = (each for each in BUNDLES[bundle].artifacts if each.name == name)
    return folder / artifact.path


def _write(path: Path, parts: Mapping[str, str], seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    states: dict[str, Any] = {part: recipe_tensors(net, seed) for net, part in parts.items()}
    torch.save(states.get("", states), path)
