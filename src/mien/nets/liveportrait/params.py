"""The sizes of LivePortrait's networks; humans and animals share them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppearanceParams:
    """`widths`: channels of the first convolution, then after each halving of the picture."""

    image_channels: int
    widths: tuple[int, ...]
    volume_channels: int
    volume_depth: int
    num_blocks: int


@dataclass(frozen=True, slots=True)
class MotionParams:
    """`widths` and `depths`: channels and number of blocks of each stage."""

    image_channels: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    num_keypoints: int
    num_bins: int


@dataclass(frozen=True, slots=True)
class WarpingParams:
    """`encoder_widths`: after each halving; `decoder_widths`: after each doubling."""

    num_keypoints: int
    volume_channels: int
    volume_depth: int
    compressed_channels: int
    encoder_widths: tuple[int, ...]
    decoder_widths: tuple[int, ...]
    out_channels: int


@dataclass(frozen=True, slots=True)
class GeneratorParams:
    """`up_widths`: channels after the first and the second doubling."""

    feature_channels: int
    width: int
    num_middle: int
    up_widths: tuple[int, int]
    modulation_channels: int
    image_channels: int


@dataclass(frozen=True, slots=True)
class RegressorParams:
    """`widths`: numbers in, of each hidden layer, and out."""

    widths: tuple[int, ...]


APPEARANCE = AppearanceParams(
    image_channels=3, widths=(64, 128, 256), volume_channels=32, volume_depth=16, num_blocks=6
)
MOTION = MotionParams(
    image_channels=3,
    widths=(96, 192, 384, 768),
    depths=(3, 3, 9, 3),
    num_keypoints=21,
    num_bins=66,
)
WARPING = WarpingParams(
    num_keypoints=21,
    volume_channels=32,
    volume_depth=16,
    compressed_channels=4,
    encoder_widths=(64, 128, 256, 512, 1024),
    decoder_widths=(512, 256, 128, 64, 32),
    out_channels=256,
)
GENERATOR = GeneratorParams(
    feature_channels=256,
    width=512,
    num_middle=6,
    up_widths=(256, 64),
    modulation_channels=128,
    image_channels=3,
)
STITCHING = RegressorParams(widths=(2 * 63, 128, 128, 64, 63 + 2))
EYES = RegressorParams(widths=(63 + 3, 256, 256, 128, 128, 64, 63))
LIP = RegressorParams(widths=(63 + 2, 128, 128, 64, 63))
