"""LivePortrait's networks, with few channels and random weights, for pictures of 32 x 32."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from mien.engines.liveportrait.runtimes.networks import Networks
from mien.nets.liveportrait import params
from mien.nets.liveportrait.appearance import AppearanceExtractor
from mien.nets.liveportrait.generator import SpadeGenerator
from mien.nets.liveportrait.motion import MotionExtractor
from mien.nets.liveportrait.regressor import KeypointRegressor
from mien.nets.liveportrait.warping import WarpingNetwork

PICTURE_SIDE, VOLUME_SIDE, RENDERED_SIDE = 32, 8, 64

_APPEARANCE = params.AppearanceParams(
    image_channels=3, widths=(4, 6, 8), volume_channels=4, volume_depth=6, num_blocks=1
)
_MOTION = params.MotionParams(
    image_channels=3, widths=(4, 6, 8, 10), depths=(1, 1, 1, 1), num_keypoints=21, num_bins=66
)
_WARPING = params.WarpingParams(
    num_keypoints=21,
    volume_channels=4,
    volume_depth=6,
    compressed_channels=2,
    encoder_widths=(6, 8),
    decoder_widths=(7, 5),
    out_channels=8,
)
_GENERATOR = params.GeneratorParams(
    feature_channels=8,
    width=10,
    num_middle=1,
    up_widths=(8, 6),
    modulation_channels=5,
    image_channels=3,
)


def small_networks(seed: int = 0, *, correctors: bool = True) -> Networks:
    """All of them; without the last three if there are to be no ``correctors``."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        large = (
            AppearanceExtractor(_APPEARANCE),
            MotionExtractor(_MOTION),
            WarpingNetwork(_WARPING),
            SpadeGenerator(_GENERATOR),
        )
        small = [KeypointRegressor(each) for each in (params.STITCHING, params.EYES, params.LIP)]
        made = [lived(each) for each in (*large, *(small if correctors else ()))]
    return Networks(*made)


def small_pictures(count: int, seed: int = 0) -> np.ndarray:
    """(count, 32, 32, 3) noise."""
    shape = (count, PICTURE_SIDE, PICTURE_SIDE, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def keypoints(count: int, seed: int = 0) -> np.ndarray:
    """(count, 21, 3) on the canvas."""
    return np.random.default_rng(seed).uniform(-0.6, 0.6, (count, 21, 3)).astype(np.float32)


def lived(network: nn.Module) -> nn.Module:
    """With statistics of norms that are not those of a new network."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval().requires_grad_(False)
