"""Noise for new frames."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Draw = Callable[[int], Tensor]
"""Noise for so many frames, (F, 4, h, w), standard normal; other numbers every time."""


def seeded(seed: int, like: Tensor) -> Draw:
    """For frames whose latents have this shape: the same on every device, and whatever else draws
    numbers."""
    generator = torch.Generator().manual_seed(seed)
    return lambda count: torch.randn((count, *like.shape), generator=generator)
