"""When each token of sound is, for a network that sees no order."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sinusoids(num_tokens: int, width: int) -> Tensor:
    """(T, C) float32: sines in the even channels, cosines in the odd ones, from one wave in 2 pi
    tokens to one in 20000 pi (Vaswani et al. 2017)."""
    rates_C = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles_TC = torch.arange(num_tokens, dtype=torch.float32)[:, None] * rates_C
    return torch.stack((angles_TC.sin(), angles_TC.cos()), dim=2).flatten(1)
