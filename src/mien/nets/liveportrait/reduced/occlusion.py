"""A wide convolution to one channel, turned round: the channels first, the neighbours after.

With thousands of channels in and one out, a 7 x 7 convolution reads everything 49 times. As a 1 x 1
convolution to 49 channels, one per tap, it reads everything once; shifting the 49 and adding them
up is small.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.nets.liveportrait.reduced.folding import plain_conv


class TapsFirst(nn.Module):
    """conv(x) of (B, C, H, W) for a convolution to one channel."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        height, width = conv.kernel_size
        num_taps = height * width
        taps = conv.weight[0].flatten(1).T[:, :, None, None]
        self.channels = plain_conv(taps, None, nn.Conv2d(1, 1, 1, device="meta"))
        one_hot = torch.eye(num_taps, dtype=taps.dtype, device=taps.device)
        self.neighbours = plain_conv(one_hot.reshape(1, num_taps, height, width), conv.bias, conv)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.neighbours(self.channels(x_BCHW))
