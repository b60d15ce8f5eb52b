"""LivePortrait's weights in the official layout, filled by the recipe: the real sizes, or thin
networks for tests of the way there, but nobody's training."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mien.engines.liveportrait.loading import recipe_networks
from mien.nets.liveportrait import params
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

_THIN = {
    "APPEARANCE": replace(params.APPEARANCE, widths=(8, 16, 32), num_blocks=1),
    "MOTION": replace(params.MOTION, widths=(12, 24, 48, 96), depths=(1, 1, 1, 1)),
    "WARPING": replace(
        params.WARPING,
        encoder_widths=(8, 16, 32, 32, 32),
        decoder_widths=(32, 32, 16, 8, 8),
        out_channels=32,
    ),
    "GENERATOR": replace(
        params.GENERATOR,
        feature_channels=32,
        width=32,
        num_middle=1,
        up_widths=(16, 8),
        modulation_channels=8,
    ),
}
"""Of the sizes that pictures, volumes and keypoints really have, with few channels."""


@contextmanager
def thin_networks() -> Iterator[None]:
    """The networks have few channels as long as this lasts: a frame takes a hundredth of the
    time."""
    with pytest.MonkeyPatch.context() as patch:
        for name, sizes in _THIN.items():
            patch.setattr(params, name, sizes)
        yield


def write_thin_weights(folder: Path, seed: int = 0) -> Path:
    """As :func:`write_official_weights`, of thin networks."""
    with thin_networks():
        networks = recipe_networks(seed)
    for artifact in bundle_of("humans").artifacts:
        if artifact.parts:
            states: dict[str, Any] = {
                part: networks[name].state_dict() for name, part in artifact.parts.items()
            }
            path = folder / artifact.path
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(states.get("", states), path)
    return folder


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
