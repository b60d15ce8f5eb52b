"""A batch norm that no longer learns scales and shifts: the convolution before it can do that."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

Conv = TypeVar("Conv", nn.Conv2d, nn.Conv3d)


def plain_conv(weight: Tensor, bias: Tensor | None, like: Conv) -> Conv:
    """A convolution of these weights that strides and pads ``like`` another."""
    out_channels, in_channels, *kernel = weight.shape
    conv = type(like)(
        in_channels,
        out_channels,
        tuple(kernel),
        stride=like.stride,
        padding=like.padding,
        bias=bias is not None,
        device="meta",
    )
    conv.weight = frozen(weight)
    if bias is not None:
        conv.bias = frozen(bias)
    return conv


def fold_batch_norm(conv: Conv, norm: nn.BatchNorm2d | nn.BatchNorm3d) -> Conv:
    """The convolution that gives norm(conv(x)), for a norm in evaluation mode."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = conv.weight * scale.reshape(-1, *[1] * (conv.weight.dim() - 1))
    bias = norm.bias + (conv.bias - norm.running_mean) * scale
    return plain_conv(weight, bias, conv)


def frozen(tensor: Tensor) -> nn.Parameter:
    """The tensor as a parameter that is not learnt."""
    return nn.Parameter(tensor.detach().contiguous(), requires_grad=False)
