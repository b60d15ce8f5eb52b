"""How noise leaves a window of frames, each of which has a noise level of its own: DDIM without
chance (Song et al. 2021), the network telling the noise.

A window is four chunks of four frames, the oldest and cleanest first. Every iteration takes each
chunk down one level of four; with more than four steps a level is walked down in several calls of
the network, over the same 1000 steps of training.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

from mien.nets.personalive.params import CHUNK_FRAMES, NUM_LEVELS

OFFICIAL_STEPS = 4
CLEAN = -1
"""The timestep that stands for no noise at all."""
_TRAINING_STEPS = 1000
_FIRST_BETA, _LAST_BETA = 0.00085, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of the network: the timesteps (16,) int64 at which the frames of the window are, and
    those to which it takes them."""

    timesteps: Tensor
    then: Tensor


@dataclass(frozen=True, eq=False)
class Schedule:
    """steps: of a frame from pure noise to none, a multiple of 4; 4 are official. ValueError for
    others."""

    steps: int = OFFICIAL_STEPS

    def __post_init__(self) -> None:
        if self.steps < NUM_LEVELS or self.steps % NUM_LEVELS:
            raise ValueError(f"steps must be a multiple of {NUM_LEVELS}, not {self.steps}")

    @cached_property
    def alpha_bars(self) -> Tensor:
        """(1001,) float32: what is left of the picture's variance at each timestep; at the end, for
        `CLEAN`, all of it."""
        betas_T = torch.linspace(_FIRST_BETA**0.5, _LAST_BETA**0.5, _TRAINING_STEPS) ** 2
        return torch.cat(((1.0 - betas_T).cumprod(0), torch.ones(1)))

    @cached_property
    def timesteps(self) -> tuple[int, ...]:
        """Of a frame's calls, evenly from 999 to 0, then `CLEAN`."""
        last = _TRAINING_STEPS - 1
        called = (last - round(last * call / (self.steps - 1)) for call in range(self.steps))
        return (*called, CLEAN)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The timesteps at which the chunks of a window are when a new one has come, the oldest
        chunk's first."""
        return self.timesteps[: self.steps : self.steps // NUM_LEVELS][::-1]

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Those of one iteration; after them the oldest chunk is clean, and every other is where
        the one before it was."""
        calls_per_level = self.steps // NUM_LEVELS
        moves = list(pairwise(self.timesteps))
        of_call = (moves[call::calls_per_level][::-1] for call in range(calls_per_level))
        return tuple(Call(*map(_of_frames, zip(*moves, strict=True))) for moves in of_call)

    def noised(self, latents_FCHW: Tensor, noise_FCHW: Tensor, timesteps_F: Tensor) -> Tensor:
        """Clean latents with as much noise as each frame has at its timestep."""
        left = self._left(timesteps_F, latents_FCHW)
        return left.sqrt() * latents_FCHW + (1.0 - left).sqrt() * noise_FCHW

    def step(self, latents_FCHW: Tensor, noise_FCHW: Tensor, call: Call) -> tuple[Tensor, Tensor]:
        """Latents after a call in which the network told this noise, and the clean latents that it
        expects."""
        left = self._left(call.timesteps, latents_FCHW)
        clean_FCHW = (latents_FCHW - (1.0 - left).sqrt() * noise_FCHW) / left.sqrt()
        return self.noised(clean_FCHW, noise_FCHW, call.then), clean_FCHW

    def _left(self, timesteps_F: Tensor, like: Tensor) -> Tensor:
        """(F, 1, 1, 1) beside ``like``."""
        left_F = self.alpha_bars[timesteps_F.cpu()]
        return left_F[:, None, None, None].to(like.device, like.dtype)


def _of_frames(timesteps: tuple[int, ...]) -> Tensor:
    """(F,): a chunk's timestep for each of its frames."""
    return torch.tensor(timesteps).repeat_interleave(CHUNK_FRAMES)
