"""The sizes of PersonaLive's networks, as its files of configuration have them, and of the window
of frames that they work on.

They are what diffusers and transformers are given to make the networks; where only a part of it is
ours, it is made of the same sizes. Both UNets and the autoencoder are as large as Stable Diffusion
1's; networks without a file of configuration have their sizes beside them.
"""

from __future__ import annotations

from mien.nets.stable_diffusion import LATENT_SCALE, UNET, VAE, Config

__all__ = [
    "CHUNK_FRAMES",
    "IMAGE_ENCODER",
    "LATENT_SCALE",
    "LEAD_IN_FRAMES",
    "NUM_LEVELS",
    "UNET",
    "VAE",
    "WINDOW_FRAMES",
    "Config",
]

NUM_LEVELS, CHUNK_FRAMES = 4, 4
"""Of noise in a window of frames, and how many frames are at each."""
WINDOW_FRAMES = NUM_LEVELS * CHUNK_FRAMES
LEAD_IN_FRAMES = WINDOW_FRAMES - CHUNK_FRAMES
"""Those that are in the window before the first chunk comes."""

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
