"""The UNet and the autoencoder with less to do, and the same results but for rounding.

- The UNet is only ever asked for its first step, so that what it makes of the time is the same
  always: it becomes part of the biases, and the layers that made it are gone.
- Nearest upsampling and the convolution after it are one transposed convolution, with four ninths
  of the multiplications.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from mien.nets.liveportrait.reduced.folding import frozen
from mien.nets.liveportrait.reduced.upsampling import upsampled

_FIRST_STEP = 0


def reduce_unet(unet: Any) -> None:
    """Of diffusers' class, in place. From then on its timestep means nothing."""
    steps = unet.time_proj(torch.tensor([_FIRST_STEP], device=unet.device))
    time_C = silu(unet.time_embedding(steps.to(unet.dtype)))[0]
    for block in unet.modules():
        if getattr(block, "time_emb_proj", None) is not None:
            bias = block.conv1.bias + block.time_emb_proj(time_C)
            block.conv1.bias = frozen(bias)
            block.time_emb_proj = None
    unet.time_embedding = _Nothing()
    _fold_upsampling(unet)


def reduce_vae(vae: Any) -> None:
    """Of diffusers' class, in place."""
    _fold_upsampling(vae)


def _fold_upsampling(network: nn.Module) -> None:
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child).__name__ == "Upsample2D":
                setattr(module, name, _Upsampling(child.conv))


class _Upsampling(nn.Module):
    """An ``Upsample2D`` to twice the size."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = upsampled(conv, (2, 2))

    def forward(self, x_BCHW: Tensor, output_size: None = None) -> Tensor:
        grown: Tensor = self.conv(x_BCHW)
        return grown


class _Nothing(nn.Module):
    """In the place of the time's embedding: blocks are given none."""

    def forward(self, steps: Tensor, condition: None = None) -> None:
        return None
