"""MuseTalk's weights in the layout of a checkout, in sizes of a test, filled by the recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from fakes.musetalk_networks import HEARING, UNET, VAE
from mien.retouch.musetalk.modules import MAKERS, Modules, recipe_modules
from mien.weights import bundle_named

State = dict[str, torch.Tensor]
FILES = {each.name: Path(each.place) for each in bundle_named("musetalk").artifacts}
"""Where each lies in a folder of models."""
_OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
_CONFIGS = {
    "unet-config": {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", **UNET},
    "vae-config": {"_class_name": "AutoencoderKL", "_diffusers_version": "0.4.2", **VAE},
    "hearing-config": {"model_type": "whisper", "vocab_size": 51865, **HEARING},
}


def write_small_weights(folder: Path, seed: int = 0, *, parsing: bool = False) -> Modules:
    """Write all that is needed below ``folder``, which stands for ``models``; the same networks.
    ``parsing``: with the parser of faces, too, which has its real size."""
    modules = recipe_modules(seed, unet=UNET, vae=VAE, hearing=HEARING, parsing=parsing)
    write_state(folder, "unet", modules.unet.state_dict())
    write_state(folder, "vae", with_old_names(modules.vae.state_dict()))
    write_state(folder, "hearing", as_whisper_has_it(modules.hearing.state_dict()))
    if modules.parsing is not None:
        write_state(folder, "parsing", modules.parsing.state_dict())
    for name, config in _CONFIGS.items():
        write_config(folder, name, config)
    return modules


def write_tiny_decoder(folder: Path) -> None:
    """The small decoder, in its real size, as safetensors with its encoder beside it."""
    from safetensors.torch import save_file

    make, config = MAKERS["tiny"]
    path = folder / FILES["tiny"]
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {f"decoder.{key}": each for key, each in make(config).state_dict().items()}
    save_file({**state, "encoder.layers.0.weight": torch.ones(1)}, path)


def write_state(folder: Path, name: str, state: State) -> Path:
    """One file of weights."""
    path = folder / FILES[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state), path)
    return path


def write_config(folder: Path, name: str, config: Any) -> Path:
    """One file of sizes."""
    path = folder / FILES[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config), "utf-8")
    return path


def with_old_names(state: State) -> State:
    """The autoencoder's state as it was published."""
    return {_old_name(key): tensor for key, tensor in state.items()}


def as_whisper_has_it(state: State) -> State:
    """The encoder's state within all of whisper's."""
    beside = {"model.decoder.embed_tokens.weight": torch.ones(2, 2)}
    return {**{f"model.encoder.{key}": each for key, each in state.items()}, **beside}


def _old_name(key: str) -> str:
    for new, old in _OLD_NAMES.items():
        if ".mid_block.attentions." in key and f".{new}." in key:
            return key.replace(f".{new}.", f".{old}.")
    return key
