"""All of the official file as one module, and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from mien.nets.joyvasa.denoiser import Denoiser
from mien.nets.joyvasa.hearing import contextualised, convolved, make_hubert, per_frame
from mien.nets.joyvasa.params import JoyVasaParams

_T = TypeVar("_T")
_POSITIONS = "audio_encoder.encoder.pos_conv_embed.conv."
_RENAMED = {
    f"{_POSITIONS}weight_g": f"{_POSITIONS}parametrizations.weight.original0",
    f"{_POSITIONS}weight_v": f"{_POSITIONS}parametrizations.weight.original1",
}
"""The official file's names of what newer PyTorch calls otherwise; files have both."""


class Schedule(nn.Module):
    """Of the diffusion: see :func:`mien.nets.joyvasa.constants.schedule`."""

    def __init__(self, num_steps: int) -> None:
        super().__init__()
        for name in ("betas", "alphas", "alpha_bars", "sigmas_flex", "sigmas_inflex"):
            self.register_buffer(name, torch.empty(num_steps + 1))


class JoyVasaNetwork(nn.Module):
    """HuBERT, the denoiser, and what the first window has before it."""

    def __init__(self, params: JoyVasaParams) -> None:
        super().__init__()
        denoiser = params.denoiser
        previous, width = denoiser.num_previous, denoiser.width
        self.params = params
        self.start_audio_feat = nn.Parameter(torch.empty(1, previous, width))
        self.start_motion_feat = nn.Parameter(torch.empty(1, previous, denoiser.motion_size))
        self.null_audio_feat = nn.Parameter(torch.empty(1, 1, width))
        self.audio_encoder = make_hubert(params.audio)
        self.audio_feature_map = nn.Linear(params.audio.width, width)
        self.denoising_net = Denoiser(denoiser)
        self.diffusion_sched = Schedule(params.num_steps)

    def hear(self, samples_BS: Tensor) -> Tensor:
        """(B, L, D) of a window of speech (B, 640 L), 16 kHz, -1..1."""
        frames = self.params.denoiser.window
        found_BCT = convolved(self.audio_encoder, samples_BS, frames)
        heard_BLC = per_frame(contextualised(self.audio_encoder, found_BCT), frames)
        return self.audio_feature_map(heard_BLC)


def renamed(state: Mapping[str, _T]) -> dict[str, _T]:
    """A state of the official file with the keys of :class:`JoyVasaNetwork`."""
    return {_RENAMED.get(key, key): value for key, value in state.items()}


def official(state: Mapping[str, _T]) -> dict[str, _T]:
    """:func:`renamed` undone."""
    names = {ours: theirs for theirs, ours in _RENAMED.items()}
    return {names.get(key, key): value for key, value in state.items()}
