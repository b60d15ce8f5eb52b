"""PersonaLive's weights in the layout of a checkout, in sizes of a test, filled by the recipe."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from fakes.musetalk_weights import with_old_names
from fakes.small_personalive import small_sizes
from mien.engines.personalive.modules import Modules, recipe_modules
from mien.engines.personalive.sizes import Sizes
from mien.weights import bundle_named

State = dict[str, torch.Tensor]
FILES = {each.name: Path(each.place) for each in bundle_named("personalive").artifacts}
"""Where each lies in a folder of models."""


def quick_sizes() -> Sizes:
    """Those that draw soonest: a second for a chunk of 256 x 256."""
    sizes = small_sizes()
    unet = {
        "block_out_channels": [32, 32, 32],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "attention_head_dim": 1,
    }
    vae = {"block_out_channels": [8, 8, 8, 8]}
    return replace(sizes, unet={**sizes.unet, **unet}, vae={**sizes.vae, **vae})


def small_modules(seed: int = 0, *, tiny: bool = False, sizes: Sizes | None = None) -> Modules:
    """All networks; the small decoder in its real size."""
    modules = recipe_modules(seed, sizes or small_sizes(), tiny=tiny)
    with torch.no_grad():  # else its last activations are all zero for some seeds
        taps = modules.motion_encoder.model.conv6.weight
        taps -= taps.mean(dim=(2, 3), keepdim=True)
    return modules


def write_small_weights(
    folder: Path, seed: int = 0, *, tiny: bool = False, sizes: Sizes | None = None
) -> Modules:
    """Write all that is needed below ``folder``, which stands for ``pretrained_weights``; the same
    networks. ``tiny``: with the small decoder, too."""
    sizes = sizes or small_sizes()
    modules = small_modules(seed, tiny=tiny, sizes=sizes)
    denoising = modules.denoising_unet.state_dict()
    states: dict[str, State] = {
        "reference-unet": modules.reference_unet.state_dict(),
        "denoising-unet": {k: each for k, each in denoising.items() if not is_temporal(k)},
        "temporal-module": {k: each for k, each in denoising.items() if is_temporal(k)},
        "motion-encoder": modules.motion_encoder.state_dict(),
        "pose-guider": modules.pose_guider.state_dict(),
        "motion-extractor": modules.motion_extractor.state_dict(),
        "image-encoder": as_clip_has_it(modules.image_encoder.state_dict()),
        "vae": with_old_names(modules.vae.state_dict()),
    }
    for name, state in states.items():
        write_state(folder, name, state)
    if modules.tiny is not None:
        write_tiny_decoder(folder, modules.tiny.state_dict())
    write_config(folder, "unet-config", {"_class_name": "UNet2DConditionModel", **sizes.unet})
    write_config(folder, "vae-config", {"_class_name": "AutoencoderKL", **sizes.vae})
    clip = {"model_type": "clip_vision_model", **sizes.image_encoder}
    write_config(folder, "image-encoder-config", clip)
    return modules


def is_temporal(key: str) -> bool:
    """Whether the official files have a tensor of the denoising UNet in ``temporal_module.pth``."""
    return ".temporal_modules." in key


def as_clip_has_it(state: State) -> State:
    """The encoder's state as transformers used to write it."""
    positions = torch.arange(len(state["vision_model.embeddings.position_embedding.weight"]))
    return {**state, "vision_model.embeddings.position_ids": positions[None]}


def write_state(folder: Path, name: str, state: State) -> Path:
    """One file of weights."""
    path = _place(folder, name)
    torch.save(dict(state), path)
    return path


def write_tiny_decoder(folder: Path, state: State) -> Path:
    """As safetensors, with its encoder beside it."""
    from safetensors.torch import save_file

    path = _place(folder, "tiny")
    decoder = {f"decoder.{key}": each for key, each in state.items()}
    save_file({**decoder, "encoder.layers.0.weight": torch.ones(1)}, path)
    return path


def write_config(folder: Path, name: str, config: Any) -> Path:
    """One file of sizes."""
    path = _place(folder, name)
    path.write_text(json.dumps(config), "utf-8")
    return path


def _place(folder: Path, name: str) -> Path:
    path = folder / FILES[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
