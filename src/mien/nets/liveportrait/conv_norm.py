"""A 3x3 or 3x3x3 convolution and its batch norm, which most blocks here begin with."""

from __future__ import annotations

from torch import Tensor, nn


class ConvNorm2d(nn.Module):
    """(B, in, H, W) -> (B, out, H, W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.norm(self.conv(x_BCHW))


class ConvNorm3d(nn.Module):
    """(B, in, D, H, W) -> (B, out, D, H, W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(in_channels, out_channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm3d(out_channels)

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        return self.norm(self.conv(x_BCDHW))
