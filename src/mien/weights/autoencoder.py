"""Stable Diffusion's autoencoder and the small decoder that was taught to do as it does: what the
systems share that paint with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mien.errors import MissingWeightsError
from mien.weights.artifacts import Bundle
from mien.weights.state import State

TINY = "tiny"
"""What bundles call the small decoder."""
_OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
"""Of the attention in the published autoencoder -> in diffusers today."""


def renamed(state: State) -> State:
    """The autoencoder's state with the names that diffusers has now."""
    return {_new_name(key): tensor for key, tensor in state.items()}


def check_tiny(bundle: Bundle, files: Mapping[str, Path], models_dir: Path | None) -> None:
    """MissingWeightsError, with what works without it, if the small decoder is not among the files
    of a bundle that are here."""
    if TINY in files:
        return
    (tiny,) = (each for each in bundle.artifacts if each.name == TINY)
    problem = (
        f"its small decoder is not here: {tiny.file} of {tiny.repository.id}; run "
        f"`mien models download {bundle.name}`; --decoder full works now, without it"
    )
    raise MissingWeightsError(bundle.engine, problem, bundle.name, models_dir, names_folders=False)


def _new_name(key: str) -> str:
    layer, _, parameter = key.rpartition(".")
    block, _, old = layer.rpartition(".")
    if ".mid_block.attentions." not in key or old not in _OLD_NAMES:
        return key
    return f"{block}.{_OLD_NAMES[old]}.{parameter}"
