"""The hourglass of the warping network with batch norms folded and upsampling transposed."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.conv_norm import ConvNorm3d
from mien.nets.liveportrait.reduced.folding import fold_batch_norm
from mien.nets.liveportrait.reduced.upsampling import upsampled
from mien.nets.liveportrait.warping import KEEP_DEPTH, Hourglass, halved


class ReducedHourglass(nn.Module):
    """(B, C, D, H, W) -> (B, C', D, H, W), what the plain one gives."""

    def __init__(self, plain: Hourglass) -> None:
        super().__init__()
        decoder = plain.decoder
        self.down = nn.ModuleList(_folded(block) for block in plain.encoder.down_blocks)
        self.up = nn.ModuleList(
            upsampled(_folded(block), KEEP_DEPTH) for block in decoder.up_blocks
        )
        self.last = fold_batch_norm(decoder.conv, decoder.norm)

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        sizes = [x_BCDHW]
        for conv in self.down:
            sizes.append(_halved(functional.relu(conv(sizes[-1]))))
        x_BCDHW = sizes.pop()
        for conv, skip_BCDHW in zip(self.up, reversed(sizes), strict=True):
            x_BCDHW = torch.cat((functional.relu(conv(x_BCDHW)), skip_BCDHW), dim=1)
        return functional.relu(self.last(x_BCDHW))


def _halved(x_BCDHW: Tensor) -> Tensor:
    """In one step where torch can: on a processor it averages volumes in float32 only."""
    if x_BCDHW.dtype == torch.float32 or x_BCDHW.is_cuda:
        return functional.avg_pool3d(x_BCDHW, KEEP_DEPTH)
    return halved(x_BCDHW)


def _folded(block: nn.Module) -> nn.Conv3d:
    plain = cast(ConvNorm3d, block)
    return fold_batch_norm(plain.conv, plain.norm)
