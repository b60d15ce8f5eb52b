"""Where the head is, from a drawing of its keypoints: what is added to the first features of the
denoising UNet."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import silu

_WIDTHS = (16, 32, 96, 256)


class PoseGuider(nn.Module):
    """Drawings (B, 3, H, W), 0..1 -> (B, channels, H/8, W/8); ``channels``: the UNet's first."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(3, _WIDTHS[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for narrow, wide in pairwise(_WIDTHS):
            self.blocks.append(nn.Conv2d(narrow, narrow, 3, padding=1))
            self.blocks.append(nn.Conv2d(narrow, wide, 3, stride=2, padding=1))
        self.conv_out_modify = nn.Conv2d(_WIDTHS[-1], channels, 3, padding=1)

    def forward(self, drawing_B3HW: Tensor) -> Tensor:
        x_BCHW = silu(self.conv_in(drawing_B3HW))
        for conv in self.blocks:
            x_BCHW = silu(conv(x_BCHW))
        pose_BCHW: Tensor = self.conv_out_modify(x_BCHW)
        return pose_BCHW
