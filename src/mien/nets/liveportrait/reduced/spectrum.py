"""A long convolution over a short axis, as a product of spectra.

The mask of the warping network is a 7 x 7 x 7 convolution over a depth of 16. Over depth alone a
discrete Fourier transform, just long enough that nothing wraps around, turns 7 taps times 16
places into one 2-D convolution per frequency. Both transforms are small matrices.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mien.nets.liveportrait.reduced.folding import frozen, plain_conv


class DepthSpectrum(nn.Module):
    """conv(x) of (B, C, D, H, W) for an odd, centred kernel; D is fixed.

    Row 0 of a spectrum is its mean frequency, then come cosine and minus sine, frequency by
    frequency. Its length is odd, so that only the first frequency is real.
    """

    def __init__(self, conv: nn.Conv3d, depth: int) -> None:
        super().__init__()
        reach = conv.kernel_size[0] // 2
        length = (depth + reach) | 1
        self.num_waves = length // 2
        self.out_channels = conv.out_channels
        self.forward_ND = frozen(_analysis(length, depth).to(conv.weight))
        self.inverse_DN = frozen(_synthesis(length, depth).to(conv.weight))
        self.bias = frozen(conv.bias[:, None, None, None])
        self.waves = nn.ModuleList(
            _wave_conv(conv, wave, length) for wave in range(self.num_waves + 1)
        )

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        height, width = x_BCDHW.shape[-2:]
        spectrum = (self.forward_ND @ x_BCDHW.flatten(-2)).unflatten(-1, (height, width))
        parts = [self.waves[0](spectrum[:, :, 0])[:, :, None]]
        for wave in range(1, self.num_waves + 1):
            pair = spectrum[:, :, 2 * wave - 1 : 2 * wave + 1].flatten(1, 2)
            parts.append(self.waves[wave](pair).unflatten(1, (self.out_channels, 2)))
        product = torch.cat(parts, dim=2).flatten(-2)
        return (self.inverse_DN @ product).unflatten(-1, (height, width)) + self.bias


def _wave_conv(conv: nn.Conv3d, wave: int, length: int) -> nn.Module:
    """The 2-D convolution of one frequency; channels go (channel, real or imaginary)."""
    reach = conv.kernel_size[0] // 2
    turns = 2 * math.pi * wave / length * torch.arange(-reach, reach + 1, dtype=torch.float64)
    taps = conv.weight.double()
    real = torch.einsum("oithw,t->oihw", taps, torch.cos(turns))
    if wave == 0:
        weight = real
    else:
        imaginary = torch.einsum("oithw,t->oihw", taps, torch.sin(turns))
        rows = [torch.stack([real, -imaginary], 2), torch.stack([imaginary, real], 2)]
        weight = torch.stack(rows, 1).flatten(2, 3).flatten(0, 1)
    flat = nn.Conv2d(1, 1, conv.kernel_size[1:], padding=conv.padding[1:], device="meta")
    return plain_conv(weight.to(conv.weight), None, flat)


def _analysis(length: int, depth: int) -> Tensor:
    """(N, D) from places to frequencies."""
    return _waves(length, depth).T


def _synthesis(length: int, depth: int) -> Tensor:
    """(D, N) from frequencies to places: each but the first stands for its mirror image too."""
    weights = torch.full((length,), 2.0 / length, dtype=torch.float64)
    weights[0] = 1.0 / length
    return _waves(length, depth) * weights


def _waves(length: int, depth: int) -> Tensor:
    """(D, N): ones, then cosine and minus sine of every frequency."""
    places = torch.arange(depth, dtype=torch.float64)
    columns = [torch.ones(depth, dtype=torch.float64)]
    for wave in range(1, length // 2 + 1):
        turns = 2 * math.pi * wave / length * places
        columns += [torch.cos(turns), -torch.sin(turns)]
    return torch.stack(columns, dim=1)
