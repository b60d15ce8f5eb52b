"""Modulation at the size it needs, and its offset taken through the skip.

Shapes: B batch, C channels, H W.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.generator import SLOPE, Spade, SpadeBlock
from mien.nets.liveportrait.reduced.folding import plain_conv
from mien.nets.liveportrait.reduced.upsampling import upsampled


class Modulation(nn.Module):
    """normal -> normal * (1 + gamma) + beta; the 1 is in the bias of gamma.

    ``scale``: how much larger the modulated map is than the features; where it is, upsampling
    them and the first convolution are one.
    """

    def __init__(self, plain: Spade, scale: int) -> None:
        super().__init__()
        self.shared = _shared(plain, scale)
        self.gamma = _one_more(plain.mlp_gamma)
        self.beta = plain.mlp_beta

    def forward(self, normal_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        hidden = functional.relu(self.shared(features_BCHW))
        return normal_BCHW * self.gamma(hidden) + self.beta(hidden)


class ModulatedSkip(nn.Module):
    """conv(normal * (1 + gamma) + beta) for a 1 x 1 convolution without activation before it:
    conv(normal * (1 + gamma)) + conv(beta), and conv of beta's convolution is a narrower one."""

    def __init__(self, plain: Spade, conv: nn.Conv2d, scale: int) -> None:
        super().__init__()
        self.shared = _shared(plain, scale)
        self.gamma = _one_more(plain.mlp_gamma)
        self.conv = conv
        through = conv.weight[:, :, 0, 0]
        beta = plain.mlp_beta
        weight = torch.tensordot(through, beta.weight, dims=1)
        self.beta = plain_conv(weight, through @ beta.bias, beta)

    def forward(self, normal_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        hidden = functional.relu(self.shared(features_BCHW))
        return cast(Tensor, self.conv(normal_BCHW * self.gamma(hidden)) + self.beta(hidden))


class ReducedBlock(nn.Module):
    """A block whose input is upsampled ``grow`` times before it, to ``scale`` times the features.

    Nearest upsampling changes neither mean nor variance, so the instance norm is taken before it,
    and once for all modulations of the same map.
    """

    def __init__(self, plain: SpadeBlock, grow: int, scale: int) -> None:
        super().__init__()
        self.grow = grow
        self.first = Modulation(plain.norm_0, scale)
        self.second = Modulation(plain.norm_1, scale)
        self.conv_0, self.conv_1 = plain.conv_0, plain.conv_1
        self.skip = ModulatedSkip(plain.norm_s, plain.conv_s, scale) if plain.widens else None

    def forward(self, x_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        normal = self._grown(functional.instance_norm(x_BCHW))
        y = self.conv_0(functional.leaky_relu(self.first(normal, features_BCHW), SLOPE))
        inner = self.second(functional.instance_norm(y), features_BCHW)
        y = self.conv_1(functional.leaky_relu(inner, SLOPE))
        if self.skip is None:
            return cast(Tensor, self._grown(x_BCHW) + y)
        return cast(Tensor, self.skip(normal, features_BCHW) + y)

    def _grown(self, x_BCHW: Tensor) -> Tensor:
        return x_BCHW if self.grow == 1 else functional.interpolate(x_BCHW, scale_factor=self.grow)


def _shared(plain: Spade, scale: int) -> nn.Module:
    conv = cast(nn.Conv2d, plain.mlp_shared[0])
    return conv if scale == 1 else upsampled(conv, (scale, scale))


def _one_more(conv: nn.Conv2d) -> nn.Conv2d:
    return plain_conv(conv.weight, conv.bias + 1, conv)
