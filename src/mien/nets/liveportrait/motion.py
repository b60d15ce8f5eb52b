"""M: pose and expression of a face as keypoints, by a ConvNeXt V2 (Woo et al. 2023).

Heads: Guo et al. 2024, section 3.2. Angles are classified into bins of 3 degrees and read as the
mean of the bins (Ruiz et al., "Fine-Grained Head Pose Estimation Without Keypoints", 2018).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.params import MotionParams

EPSILON = 1e-6
STEM_STRIDE = 4
DEGREES_PER_BIN = 3.0
FIRST_BIN_DEGREES = -97.5


class RawMotion(NamedTuple):
    """What the heads say: `pitch`, `yaw`, `roll` (B, bins) are logits; `exp` and `kp` are flat."""

    pitch: Tensor
    yaw: Tensor
    roll: Tensor
    t: Tensor
    exp: Tensor
    scale: Tensor
    kp: Tensor


class RefinedMotion(NamedTuple):
    """`pitch`, `yaw`, `roll` (B, 1) degrees; `t` (B, 3); `exp`, `kp` (B, 21, 3); `scale` (B, 1)."""

    pitch: Tensor
    yaw: Tensor
    roll: Tensor
    t: Tensor
    exp: Tensor
    scale: Tensor
    kp: Tensor


def degrees(logits_BX: Tensor) -> Tensor:
    """The mean angle (B, 1) of a distribution over bins; float32 whatever the logits are."""
    shares_BX = logits_BX.softmax(dim=1, dtype=torch.float32)
    bins_X = torch.arange(logits_BX.shape[1], dtype=torch.float32, device=logits_BX.device)
    return DEGREES_PER_BIN * (shares_BX * bins_X).sum(dim=1, keepdim=True) + FIRST_BIN_DEGREES


def refine(raw: RawMotion) -> RefinedMotion:
    """Logits to degrees and flat keypoints to points, all float32."""
    return RefinedMotion(
        pitch=degrees(raw.pitch),
        yaw=degrees(raw.yaw),
        roll=degrees(raw.roll),
        t=raw.t.float(),
        exp=raw.exp.float().unflatten(1, (-1, 3)),
        scale=raw.scale.float(),
        kp=raw.kp.float().unflatten(1, (-1, 3)),
    )


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each pixel."""

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return super().forward(x_BCHW.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class GlobalResponseNorm(nn.Module):
    """Channels compete by their strength over the whole picture (Woo et al., algorithm 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, channels))

    def forward(self, x_BHWC: Tensor) -> Tensor:
        strength_B11C = torch.linalg.vector_norm(x_BHWC, dim=(1, 2), keepdim=True)
        share_B11C = strength_B11C / (strength_B11C.mean(dim=-1, keepdim=True) + EPSILON)
        return self.gamma * (x_BHWC * share_B11C) + self.beta + x_BHWC


class Block(nn.Module):
    """Depthwise 7x7, then two linear layers per pixel, beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, kernel_size=7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=EPSILON)
        self.pwconv1 = nn.Linear(channels, 4 * channels)
        self.grn = GlobalResponseNorm(4 * channels)
        self.pwconv2 = nn.Linear(4 * channels, channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        y_BHWC = self.norm(self.dwconv(x_BCHW).permute(0, 2, 3, 1))
        y_BHWC = self.pwconv2(self.grn(functional.gelu(self.pwconv1(y_BHWC))))
        return x_BCHW + y_BHWC.permute(0, 3, 1, 2)


class Detector(nn.Module):
    """ConvNeXt V2 with one linear head for each part of the motion."""

    def __init__(self, params: MotionParams) -> None:
        super().__init__()
        width = params.widths[0]
        stem = nn.Conv2d(params.image_channels, width, kernel_size=STEM_STRIDE, stride=STEM_STRIDE)
        self.downsample_layers = nn.ModuleList([nn.Sequential(stem, ChannelNorm(width, EPSILON))])
        for narrow, wide in pairwise(params.widths):
            halve = nn.Conv2d(narrow, wide, kernel_size=2, stride=2)
            self.downsample_layers.append(nn.Sequential(ChannelNorm(narrow, EPSILON), halve))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(depth)))
            for width, depth in zip(params.widths, params.depths, strict=True)
        )
        last = params.widths[-1]
        self.norm = nn.LayerNorm(last, eps=EPSILON)
        self.fc_kp = nn.Linear(last, 3 * params.num_keypoints)
        self.fc_scale = nn.Linear(last, 1)
        self.fc_pitch = nn.Linear(last, params.num_bins)
        self.fc_yaw = nn.Linear(last, params.num_bins)
        self.fc_roll = nn.Linear(last, params.num_bins)
        self.fc_t = nn.Linear(last, 3)
        self.fc_exp = nn.Linear(last, 3 * params.num_keypoints)

    def forward(self, image_B3HW: Tensor) -> RawMotion:
        x_BCHW = image_B3HW
        for downsample, stage in zip(self.downsample_layers, self.stages, strict=True):
            x_BCHW = stage(downsample(x_BCHW))
        x_BC = self.norm(x_BCHW.mean(dim=(2, 3)))
        return RawMotion(
            pitch=self.fc_pitch(x_BC),
            yaw=self.fc_yaw(x_BC),
            roll=self.fc_roll(x_BC),
            t=self.fc_t(x_BC),
            exp=self.fc_exp(x_BC),
            scale=self.fc_scale(x_BC),
            kp=self.fc_kp(x_BC),
        )


class MotionExtractor(nn.Module):
    """A face (B, 3, 256, 256), RGB 0..1 -> its motion as the heads say it; see `refine`."""

    def __init__(self, params: MotionParams) -> None:
        super().__init__()
        self.detector = Detector(params)

    def forward(self, image_B3HW: Tensor) -> RawMotion:
        raw: RawMotion = self.detector(image_B3HW)
        return raw
