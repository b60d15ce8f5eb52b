"""How large the networks are: as published, and small enough for a processor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mien.nets.liveportrait.params import MOTION, MotionParams
from mien.nets.personalive.params import IMAGE_ENCODER, UNET, VAE, Config

if TYPE_CHECKING:
    from mien.nets.personalive.motion_encoder import MotionEncoderParams


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of all networks. unet: of both UNets, and of the pose guider's result. motion_encoder: None
    as published, so that nothing heavy is imported to say so."""

    unet: Config
    vae: Config
    image_encoder: Config
    motion_extractor: MotionParams
    motion_encoder: MotionEncoderParams | None = None


PUBLISHED = Sizes(UNET, VAE, IMAGE_ENCODER, MOTION)


def reduced_sizes() -> Sizes:
    """All parts of the networks, with few channels: for tests, and to see what a way to run them
    saves. Their pictures mean nothing."""
    from mien.nets.personalive.motion_encoder import MotionEncoderParams

    return Sizes(
        unet={**UNET, "block_out_channels": [32, 64, 64, 64], "cross_attention_dim": 64},
        vae={**VAE, "block_out_channels": [32, 32, 64, 64], "layers_per_block": 1},
        image_encoder={
            **IMAGE_ENCODER,
            "hidden_size": 64,
            "image_size": 32,
            "intermediate_size": 128,
            "num_attention_heads": 4,
            "num_hidden_layers": 2,
            "patch_size": 8,
            "projection_dim": 64,
        },
        motion_extractor=replace(MOTION, widths=(8, 16, 24, 32), depths=(1, 1, 1, 1)),
        motion_encoder=MotionEncoderParams(
            widths=(8, 32, 32), hourglass_depth=2, token_width=128, num_heads=1, num_maps=8
        ),
    )
