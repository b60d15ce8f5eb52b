"""Nearest upsampling and then a 3-tap convolution, as one transposed convolution.

Next to each other, s upsampled values are one value; so the taps that fall on the same value add
up, and the multiplications are done once: per axis, 3 of them become (s + 2) / s.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.nets.liveportrait.reduced.folding import frozen


def upsampled(conv: nn.Conv2d | nn.Conv3d, factors: tuple[int, ...]) -> nn.Module:
    """The transposed convolution that gives conv(x upsampled by these factors, one per axis).

    ``conv`` has 3 taps per axis, stride 1 and a padding of 1.
    """
    weight = conv.weight.transpose(0, 1)
    for axis, factor in enumerate(factors, start=2):
        weight = _spread(weight, axis, factor)
    kind = nn.ConvTranspose2d if len(factors) == 2 else nn.ConvTranspose3d
    transposed = kind(
        conv.in_channels,
        conv.out_channels,
        tuple(weight.shape[2:]),
        stride=factors,
        padding=1,
        device="meta",
    )
    transposed.weight, transposed.bias = frozen(weight), frozen(conv.bias)
    return transposed


def _spread(weight: Tensor, axis: int, factor: int) -> Tensor:
    """What one value adds to the factor + 2 results around it; a factor of 1 mirrors the taps."""
    before, at, after = weight.unbind(axis)
    if factor == 1:
        return torch.stack([after, at, before], axis)
    inside = [before + at + after] * (factor - 2)
    return torch.stack([after, at + after, *inside, before + at, before], axis)
