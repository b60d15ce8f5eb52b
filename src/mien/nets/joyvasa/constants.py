"""What the networks were given rather than taught; the official file keeps it all the same."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mien.nets.joyvasa.params import JoyVasaParams

_OFFSET = 0.008
_SMALLEST, _LARGEST = 1e-4, 0.999
_LONGEST_WAVE = 10_000.0


def constants_of(params: JoyVasaParams) -> dict[str, Tensor]:
    """The buffers of these networks, by their keys in the official file."""
    denoiser = params.denoiser
    return {
        "denoising_net.alignment_mask": ~torch.eye(denoiser.num_tokens, dtype=torch.bool),
        "denoising_net.TE.pe": sinusoids(denoiser.num_times, denoiser.width)[None],
        "denoising_net.PE.pe": sinusoids(denoiser.num_positions, denoiser.width)[None],
        **{f"diffusion_sched.{name}": row for name, row in schedule(params.num_steps).items()},
    }


def sinusoids(count: int, width: int) -> Tensor:
    """(count, width): sines in even columns, cosines in odd ones, waves growing from 2 pi on
    (Vaswani et al. 2017)."""
    rows = torch.arange(count, dtype=torch.float32)[:, None]
    columns = torch.arange(0, width, 2, dtype=torch.float32)
    angles = rows * torch.exp(columns * (-math.log(_LONGEST_WAVE) / width))
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


def schedule(num_steps: int) -> dict[str, Tensor]:
    """Nichol and Dhariwal's cosine schedule (2021), ``num_steps + 1`` values each; what comes
    before the first step is 0.

    betas: variance of the noise that a step adds. alphas: what it leaves of the motion.
    alpha_bars: what all steps until then leave. sigmas_flex, sigmas_inflex: the largest and the
    smallest deviation with which a step can be undone.
    """
    # The order of upstream's arithmetic in float32, which gives the same bits.
    at = torch.linspace(0, num_steps, num_steps + 1) / num_steps
    left = torch.cos((at + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2
    left = left / left[0]
    betas = torch.zeros_like(left)
    betas[1:] = (1 - left[1:] / left[:-1]).clamp(_SMALLEST, _LARGEST)
    alphas = 1 - betas
    alpha_bars = alphas.log().cumsum(0).exp()
    inflex = torch.zeros_like(left)
    inflex[1:] = (1 - alpha_bars[:-1]) / (1 - alpha_bars[1:]) * betas[1:]
    return {
        "betas": betas,
        "alphas": alphas,
        "alpha_bars": alpha_bars,
        "sigmas_flex": betas.sqrt(),
        "sigmas_inflex": inflex.sqrt(),
    }
