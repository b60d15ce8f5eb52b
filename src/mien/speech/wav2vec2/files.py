"""A folder with a Wav2Vec2 model for CTC, as Hugging Face lays it out, checked as it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from mien.errors import UnreadableMediaError
from mien.speech.wav2vec2.layers import Array

WEIGHTS = "model.safetensors"
_LARGEST_JSON = 4_000_000
_MOST_LAYERS = 96


@dataclass(frozen=True, slots=True)
class Config:
    """What of config.json and preprocessor_config.json decides about the arithmetic."""

    kernels: tuple[int, ...]
    strides: tuple[int, ...]
    normed_by_layer: bool
    layers: int
    heads: int
    groups: int
    stable: bool
    epsilon: float
    normalise: bool


@dataclass(frozen=True, slots=True)
class Files:
    """weights: by their names in the file. tokens: by their number in the output."""

    config: Config
    weights: Mapping[str, Array]
    tokens: Mapping[int, str]
    blank: int


def read_folder(folder: Path) -> Files:
    """Raises UnreadableMediaError for what is missing, damaged or no such model."""
    settings = _json(folder / "config.json")
    if settings.get("model_type") != "wav2vec2":
        raise UnreadableMediaError(folder / "config.json", "describes no Wav2Vec2 model")
    prepared = folder / "preprocessor_config.json"
    normalise = bool(_json(prepared).get("do_normalize", True)) if prepared.exists() else True
    vocabulary = _json(folder / "vocab.json")
    try:
        config = _config(settings, normalise)
        tokens = {int(number): str(token) for token, number in vocabulary.items()}
        blank = int(settings.get("pad_token_id") or vocabulary.get("<pad>", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableMediaError(folder / "config.json", f"lacks {error}") from None
    return Files(config, _weights(folder), tokens, blank)


def _config(settings: Mapping[str, Any], normalise: bool) -> Config:
    activations = (
        settings.get("hidden_act", "gelu"),
        settings.get("feat_extract_activation", "gelu"),
    )
    if activations != ("gelu", "gelu"):
        raise ValueError("gelu as its activation")
    layers = int(settings["num_hidden_layers"])
    if not 0 < layers <= _MOST_LAYERS:
        raise ValueError("a sensible number of layers")
    return Config(
        kernels=tuple(int(k) for k in settings["conv_kernel"]),
        strides=tuple(int(s) for s in settings["conv_stride"]),
        normed_by_layer=settings.get("feat_extract_norm", "group") == "layer",
        layers=layers,
        heads=int(settings["num_attention_heads"]),
        groups=int(settings.get("num_conv_pos_embedding_groups", 16)),
        stable=bool(settings.get("do_stable_layer_norm", False)),
        epsilon=float(settings.get("layer_norm_eps", 1e-5)),
        normalise=normalise,
    )


def _weights(folder: Path) -> dict[str, Array]:
    path = folder / WEIGHTS
    if not path.exists():
        other = (
            " (convert pytorch_model.bin to it)" if (folder / "pytorch_model.bin").exists() else ""
        )
        raise UnreadableMediaError(path, f"is missing{other}")
    try:
        with safe_open(path, framework="np") as file:
            return {name: _as_float32(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, TypeError) as error:
        raise UnreadableMediaError(path, f"cannot be read: {error}") from None


def _as_float32(tensor: Array) -> Array:
    return np.asarray(tensor, np.float32)


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise UnreadableMediaError(path, "is too large")
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableMediaError(path, "is missing") from None
    except (OSError, ValueError, RecursionError):
        raise UnreadableMediaError(path, "is no JSON file") from None
    if not isinstance(found, dict):
        raise UnreadableMediaError(path, "holds no JSON object")
    return found
