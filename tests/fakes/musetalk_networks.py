"""MuseTalk's networks in sizes of a test: all of their parts, with weights from the recipe."""

from __future__ import annotations

from mien.retouch.musetalk.modules import Modules, recipe_modules
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.settings import MuseTalkSettings

SIDE, WIDTH = 32, 24
UNET = {
    "act_fn": "silu",
    "attention_head_dim": 4,
    "block_out_channels": [32, 64],
    "cross_attention_dim": WIDTH,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "in_channels": 8,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "out_channels": 4,
    "sample_size": SIDE // 2,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}
VAE = {
    "act_fn": "silu",
    "block_out_channels": [16, 32],
    "down_block_types": ["DownEncoderBlock2D"] * 2,
    "up_block_types": ["UpDecoderBlock2D"] * 2,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "sample_size": SIDE,
}
HEARING = {
    "d_model": WIDTH,
    "encoder_layers": 4,
    "encoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "num_mel_bins": 80,
    "max_source_positions": 100,
}
"""Listens to two seconds at once."""


def small_modules(seed: int = 0, *, parsing: bool = False) -> Modules:
    """All of them; the parser of faces in its real size."""
    return recipe_modules(seed, unet=UNET, vae=VAE, hearing=HEARING, parsing=parsing)


def small_networks(seed: int = 0, *, batch: int = 2, parsing: bool = False) -> MuseTalkNetworks:
    """Ready to work, in float32 on the processor."""
    settings = MuseTalkSettings(device="cpu", precision="fp32", batch=batch)
    return MuseTalkNetworks.from_modules(small_modules(seed, parsing=parsing), settings)
