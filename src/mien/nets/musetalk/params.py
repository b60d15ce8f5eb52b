"""The sizes of MuseTalk's networks, as its files of configuration have them.

They are what diffusers and transformers are given to make the networks; 1.0 and 1.5 share them.
"""

from __future__ import annotations

from mien.nets import stable_diffusion
from mien.nets.stable_diffusion import LATENT_SCALE, VAE, Config

__all__ = ["HEARING", "LATENT_SCALE", "NUM_CLASSES", "UNET", "VAE", "Config"]

UNET: Config = {**stable_diffusion.UNET, "in_channels": 8, "cross_attention_dim": 384}
"""``musetalk.json``; its ``sample_size`` is that of pictures of 512, though MuseTalk's have 256."""

HEARING: Config = {
    "d_model": 384,
    "encoder_layers": 4,
    "encoder_attention_heads": 6,
    "encoder_ffn_dim": 1536,
    "num_mel_bins": 80,
    "max_source_positions": 1500,
}
"""What the encoder needs of ``config.json`` of whisper-tiny."""

NUM_CLASSES = 19
"""Parts of a face that are told apart, the background included."""
