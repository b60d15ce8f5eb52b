"""The convolutions of the motion encoder: those of a network for landmarks (Bulat and
Tzimiropoulos, "How far are we from solving the 2D & 3D Face Alignment problem?", 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, relu

_SKIP_EPSILON = 1e-4


class ConvBlock(nn.Module):
    """(B, C, H, W) -> (B, C', H, W): three convolutions in a row, all three results side by side
    (C'/2, C'/4 and C'/4 channels), beside what came in."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        half, quarter = out_channels // 2, out_channels // 4
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, half, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv2 = nn.Conv2d(half, quarter, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(quarter)
        self.conv3 = nn.Conv2d(quarter, quarter, 3, padding=1, bias=False)
        self.downsample = _widened(channels, out_channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        first = self.conv1(relu(self.bn1(x_BCHW)))
        second = self.conv2(relu(self.bn2(first)))
        third = self.conv3(relu(self.bn3(second)))
        skip_BCHW = x_BCHW if self.downsample is None else self.downsample(x_BCHW)
        widened: Tensor = torch.cat((first, second, third), dim=1) + skip_BCHW
        return widened


def _widened(channels: int, out_channels: int) -> nn.Module | None:
    """What brings the skip to the width of the result, None where it has it."""
    if channels == out_channels:
        return None
    return nn.Sequential(
        nn.BatchNorm2d(channels, eps=_SKIP_EPSILON),
        nn.ReLU(),
        nn.Conv2d(channels, out_channels, 1, bias=False),
    )


class Hourglass(nn.Module):
    """(B, C, H, W) -> the same shape, seen at ``depth`` smaller sizes. Levels count down to 1, the
    smallest."""

    def __init__(self, depth: int, channels: int) -> None:
        super().__init__()
        self.depth = depth
        for level in range(depth, 0, -1):
            self.add_module(f"b1_{level}", ConvBlock(channels, channels))
            self.add_module(f"b2_{level}", ConvBlock(channels, channels))
            self.add_module(f"b3_{level}", ConvBlock(channels, channels))
        self.b2_plus_1 = ConvBlock(channels, channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self._level(self.depth, x_BCHW)

    def _level(self, level: int, x_BCHW: Tensor) -> Tensor:
        low_BCHW = self._block("b2", level)(max_pool2d(x_BCHW, 2))
        low_BCHW = self._level(level - 1, low_BCHW) if level > 1 else self.b2_plus_1(low_BCHW)
        low_BCHW = self._block("b3", level)(low_BCHW)
        skip_BCHW = self._block("b1", level)(x_BCHW)
        return skip_BCHW + interpolate(low_BCHW, skip_BCHW.shape[2:], mode="bilinear")

    def _block(self, name: str, level: int) -> ConvBlock:
        block: ConvBlock = getattr(self, f"{name}_{level}")
        return block
