"""The sizes of PersonaLive's networks, as its files of configuration have them.

They are what diffusers and transformers are given to make the networks; where only a part of it is
ours, it is made of the same sizes. Networks without a file of configuration have theirs beside
them.
"""

from __future__ import annotations

from mien.nets.musetalk.params import LATENT_SCALE, VAE, Config

__all__ = ["IMAGE_ENCODER", "LATENT_SCALE", "UNET", "VAE", "Config"]

UNET: Config = {
    "act_fn": "silu",
    "attention_head_dim": 8,  # how many heads; the name is an old mistake of diffusers'
    "block_out_channels": [320, 640, 1280, 1280],
    "center_input_sample": False,
    "cross_attention_dim": 768,
    "down_block_types": [
        "CrossAttnDownBlock2D",
        "CrossAttnDownBlock2D",
        "CrossAttnDownBlock2D",
        "DownBlock2D",
    ],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 4,
    "layers_per_block": 2,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "sample_size": 64,  # of pictures of 512
    "up_block_types": [
        "UpBlock2D",
        "CrossAttnUpBlock2D",
        "CrossAttnUpBlock2D",
        "CrossAttnUpBlock2D",
    ],
}
"""``unet/config.json`` of sd-image-variations-diffusers, for both UNets: Stable Diffusion 1's."""

IMAGE_ENCODER: Config = {
    "hidden_act": "quick_gelu",
    "hidden_size": 1024,
    "image_size": 224,
    "intermediate_size": 4096,
    "layer_norm_eps": 1e-05,
    "num_attention_heads": 16,
    "num_hidden_layers": 24,
    "patch_size": 14,
    "projection_dim": 768,
}
"""``image_encoder/config.json`` of sd-image-variations-diffusers: CLIP's ViT-L/14."""
