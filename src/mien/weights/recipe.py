"""Weights from a recipe: the same for the same seed everywhere, so that networks can be compared,
and timed, without anyone's training.

Each tensor is drawn from a generator of its own, ``PCG64(crc32(f"{seed}:{key}"))``, by a rule that
depends on its name and rank alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Shape = tuple[int, ...]
Shapes = Mapping[str, tuple[Shape, str]]
"""Key of a state -> shape and name of the dtype, ``float32`` or ``int64``."""

LIVEPORTRAIT_GAINS: Mapping[str, Mapping[str, float]] = {
    "warping": {
        "dense_motion_network.mask.weight": 8.0,
        "dense_motion_network.occlusion.weight": 4.0,
    },
    "motion": {
        "detector.fc_kp.weight": 0.3,
        "detector.fc_exp.weight": 0.1,
        "detector.fc_t.weight": 0.1,
    },
    "stitching": {"mlp.6.weight": 0.25},
    "lip": {"mlp.6.weight": 0.25},
    "eyes": {"mlp.10.weight": 0.25},
}
"""Gains with which LivePortrait's networks do something to look at: keypoints of a face's size,
masks that choose, and a stitching that does not tear."""

_BLOCK = 1 << 16
"""Numbers drawn at once: they stay in the processor's cache, which halves the time."""
_ORIGINAL, _LEFT, _RIGHT = "weight_orig", "weight_u", "weight_v"


def recipe_state(
    shapes: Shapes, seed: int, gain_overrides: Mapping[str, float] | None = None
) -> dict[str, Array]:
    """A state of these keys and shapes. Gains are 1 but for the keys in ``gain_overrides``.

    Integers and tensors without dimensions are 0. A convolution that is stored with spectral
    normalisation (``weight_orig``, ``weight_u``, ``weight_v``) gets vectors that belong to it.
    """
    gains = gain_overrides or {}
    state = {
        key: _drawn(key, shape, np.dtype(dtype), seed, gains.get(key, 1.0))
        for key, (shape, dtype) in shapes.items()
    }
    for key in shapes:
        if key.endswith(_ORIGINAL):
            _add_spectral_vectors(state, key.removesuffix(_ORIGINAL), shapes, seed)
    return state


def spectral_shapes(shapes: Shapes, layers: tuple[str, ...]) -> dict[str, tuple[Shape, str]]:
    """The shapes as a file has them in which the weights of the layers of these names (the last
    part of the module's name) are stored with spectral normalisation."""
    stored: dict[str, tuple[Shape, str]] = {}
    for key, (shape, dtype) in shapes.items():
        module, _, parameter = key.rpartition(".")
        if parameter == "weight" and module.rpartition(".")[2] in layers:
            stored[f"{module}.{_ORIGINAL}"] = (shape, dtype)
            stored[f"{module}.{_LEFT}"] = (shape[:1], dtype)
            stored[f"{module}.{_RIGHT}"] = ((int(np.prod(shape[1:])),), dtype)
        else:
            stored[key] = (shape, dtype)
    return stored


def _drawn(key: str, shape: Shape, dtype: np.dtype[np.generic], seed: int, gain: float) -> Array:
    if not shape or dtype.kind != "f":
        return np.zeros(shape, dtype)
    if len(shape) < 2:
        return _values(key, shape, seed).astype(dtype)
    return _matrix(key, shape, dtype, seed, gain)


def _matrix(key: str, shape: Shape, dtype: np.dtype[np.generic], seed: int, gain: float) -> Array:
    drawn = np.empty(shape, dtype)
    draw, flat = _generator(key, seed), drawn.reshape(-1)
    root = np.sqrt(np.prod(shape) / shape[0])
    block = np.empty(min(flat.size, _BLOCK))
    for start in range(0, flat.size, _BLOCK):
        values = block[: flat.size - start]
        draw.standard_normal(out=values)
        values *= gain
        values /= root
        flat[start : start + len(values)] = values
    return drawn


def _generator(key: str, seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(zlib.crc32(f"{seed}:{key}".encode())))


def _values(key: str, shape: Shape, seed: int) -> npt.NDArray[np.float64]:
    """Of a tensor of one dimension."""
    draw = _generator(key, seed)
    if key.endswith("running_var"):
        return 0.5 + draw.random(shape)
    if key.endswith("running_mean"):
        return 0.1 * draw.standard_normal(shape)
    if key.endswith(("weight", "gamma")):
        return 1 + 0.1 * draw.standard_normal(shape)
    return 0.05 * draw.standard_normal(shape)


def _add_spectral_vectors(state: dict[str, Array], layer: str, shapes: Shapes, seed: int) -> None:
    """u is the recipe's vector at length 1, v the direction it is mapped from: W'u, in float64."""
    (height,), dtype = shapes[layer + _LEFT]
    left = _values(layer + _LEFT, (height,), seed)
    left /= np.linalg.norm(left)
    matrix = state[layer + _ORIGINAL].reshape(height, -1).astype(np.float64)
    right = matrix.T @ left
    right /= np.linalg.norm(right)
    state[layer + _LEFT], state[layer + _RIGHT] = left.astype(dtype), right.astype(dtype)
