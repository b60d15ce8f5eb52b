"""PersonaLive's networks in sizes of a test: all of their parts, with weights from the recipe. Only
the motion encoder is another one, for its own takes longer than all the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from mien.engines.personalive.modules import Modules, recipe_modules
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.sizes import Sizes, reduced_sizes
from mien.engines.settings import EngineSettings
from mien.types import Image

SIDE = 64


def small_sizes() -> Sizes:
    """A quarter of the work of those that are called reduced. Nothing is smaller than 2 x 2, where
    norms of few values would make much of little."""
    sizes = reduced_sizes()
    unet = {
        "block_out_channels": [32, 64, 64],
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        "layers_per_block": 1,
        "norm_num_groups": 8,
    }
    return replace(
        sizes,
        unet={**sizes.unet, **unet},
        vae={**sizes.vae, "block_out_channels": [16, 16, 16, 16], "norm_num_groups": 8},
    )


def small_modules(seed: int = 0, *, tiny: bool = False) -> Modules:
    """All of them."""
    modules = recipe_modules(seed, small_sizes(), tiny=tiny)
    return replace(modules, motion_encoder=QuickMotion(seed).eval())


def small_networks(seed: int = 0, *, tiny: bool = False, **settings: Any) -> PersonaLiveNetworks:
    """Ready to work on the processor, in float32 if nothing else is chosen."""
    chosen = EngineSettings(device="cpu", decoder="tiny" if tiny else "full", **settings)
    return PersonaLiveNetworks(small_modules(seed, tiny=tiny), chosen)


def small_pictures(count: int, seed: int) -> Image:
    """(count, 64, 64, 3) of a driver, all different: coarse noise."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(SIDE // 8, axis=1).repeat(SIDE // 8, axis=2)


def small_portrait(seed: int = 100) -> Image:
    """(64, 64, 3)."""
    return small_pictures(1, seed)[0]


class QuickMotion(nn.Module):
    """Faces (B, 3, 224, 224) -> (B, 32, 16), by how bright they are where."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        drawn = torch.Generator().manual_seed(seed)
        self.weight = nn.Parameter(torch.randn(3 * 8 * 8, 32 * 16, generator=drawn) / 8)

    def forward(self, faces: Tensor) -> Tensor:
        return (adaptive_avg_pool2d(faces, 8).flatten(1) @ self.weight).unflatten(1, (32, 16))
