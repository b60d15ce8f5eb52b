"""The window of frames that noise leaves, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from mien.engines.personalive.noise import Draw
from mien.nets.personalive.params import CHUNK_FRAMES, LEAD_IN_FRAMES
from mien.nets.personalive.schedule import Schedule


class Frames(NamedTuple):
    """What F frames are to show: motion (F, 32, 16) of the face, pose (F, C, h, w) of the head."""

    motion: Tensor
    pose: Tensor

    def after(self, before: Frames) -> Frames:
        """Behind others."""
        return Frames(*(torch.cat(pair) for pair in zip(before, self, strict=True)))

    def first(self, count: int) -> Frames:
        """The oldest of them."""
        return Frames(*(each[:count] for each in self))

    def last(self, count: int) -> Frames:
        """The newest of them."""
        return Frames(*(each[-count:] for each in self))

    def repeated(self, count: int) -> Frames:
        """Of one frame: so many times."""
        return Frames(*(each.expand(count, *each.shape[1:]) for each in self))


Denoise = Callable[[Tensor, Tensor, Frames], Tensor]
"""Latents (16, 4, h, w) and their timesteps (16,), and what they are to show -> their noise."""


class Window:
    """Four chunks of four frames, each noisier than the one before it. A chunk comes in as the
    portrait under all the noise there is, and leaves three chunks later, clean.

    Its memory is the same however long it goes on.
    """

    def __init__(self, portrait: Tensor, draw: Draw, schedule: Schedule, lead_in: Frames) -> None:
        """portrait: its latents (4, h, w), where the window is to be. lead_in: what the twelve
        frames show that are there before the first chunk comes."""
        self._portrait, self._draw, self._schedule = portrait, draw, schedule
        self._frames = lead_in
        self._latents = self._noised(schedule.levels[:-1])

    @property
    def latents(self) -> Tensor:
        """(12, 4, h, w), of the frames that are on their way."""
        return self._latents

    @property
    def frames(self) -> Frames:
        """What these are to show."""
        return self._frames

    def push(self, chunk: Frames, denoise: Denoise) -> Tensor:
        """One iteration, with four frames more: the clean latents (4, 4, h, w) of the oldest."""
        frames = chunk.after(self._frames)
        latents = torch.cat((self._latents, self._noised(self._schedule.levels[-1:])))
        for call in self._schedule.calls:
            noise = denoise(latents, call.timesteps.to(latents.device), frames)
            latents, _ = self._schedule.step(latents, noise, call)
        self._latents, self._frames = latents[CHUNK_FRAMES:], frames.last(LEAD_IN_FRAMES)
        return latents[:CHUNK_FRAMES]

    def _noised(self, levels: tuple[int, ...]) -> Tensor:
        """The portrait for a chunk at each level."""
        timesteps = torch.tensor(levels).repeat_interleave(CHUNK_FRAMES)
        noise = self._draw(len(timesteps)).to(self._portrait)
        return self._schedule.noised(self._portrait.expand_as(noise), noise, timesteps)
