"""F: what a portrait looks like, as a volume of features (Wang et al. 2021, section 3.1)."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.conv_norm import ConvNorm2d
from mien.nets.liveportrait.params import AppearanceParams


class ResidualBlock3d(nn.Module):
    """Two convolutions, each after its norm, beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm3d(channels)
        self.conv1 = nn.Conv3d(channels, channels, kernel_size=3, padding=1)
        self.norm2 = nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, channels, kernel_size=3, padding=1)

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        y_BCDHW = self.conv1(functional.relu(self.norm1(x_BCDHW)))
        y_BCDHW = self.conv2(functional.relu(self.norm2(y_BCDHW)))
        return x_BCDHW + y_BCDHW


class AppearanceExtractor(nn.Module):
    """A portrait (B, 3, 256, 256), RGB 0..1 -> its volume (B, 32, 16, 64, 64)."""

    def __init__(self, params: AppearanceParams) -> None:
        super().__init__()
        self.volume_depth = params.volume_depth
        self.first = ConvNorm2d(params.image_channels, params.widths[0])
        self.down_blocks = nn.ModuleList(ConvNorm2d(*pair) for pair in pairwise(params.widths))
        flat_channels = params.volume_channels * params.volume_depth
        self.second = nn.Conv2d(params.widths[-1], flat_channels, kernel_size=1)
        self.resblocks_3d = nn.Sequential(
            OrderedDict(
                (f"3dr{index}", ResidualBlock3d(params.volume_channels))
                for index in range(params.num_blocks)
            )
        )

    def forward(self, image_B3HW: Tensor) -> Tensor:
        x_BCHW = functional.relu(self.first(image_B3HW))
        for block in self.down_blocks:
            x_BCHW = functional.avg_pool2d(functional.relu(block(x_BCHW)), 2)
        volume_BCDHW = self.second(x_BCHW).unflatten(1, (-1, self.volume_depth))
        return self.resblocks_3d(volume_BCDHW)
