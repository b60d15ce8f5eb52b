"""Weights of the neural engines: which files, from where, and how they get into a network.

Nothing here imports PyTorch or the hub's library before it is needed.
"""

from mien.weights.artifacts import (
    BUNDLES,
    Artifact,
    Bundle,
    Repository,
    bundle_for,
    bundle_named,
    bundle_of,
)
from mien.weights.places import Found, by_network, find_weights, locate
from mien.weights.recipe import LIVEPORTRAIT_GAINS, recipe_state, spectral_shapes
from mien.weights.state import State, part_of, read_arguments, read_state, require_torch
from mien.weights.strict import check_finite, load_strict

__all__ = [
    "BUNDLES",
    "LIVEPORTRAIT_GAINS",
    "Artifact",
    "Bundle",
    "Found",
    "Repository",
    "State",
    "bundle_for",
    "bundle_named",
    "bundle_of",
    "by_network",
    "check_finite",
    "find_weights",
    "load_strict",
    "locate",
    "part_of",
    "read_arguments",
    "read_state",
    "recipe_state",
    "require_torch",
    "spectral_shapes",
]
