"""A portrait as the networks know it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from mien.nets.personalive.keypoints import Heads


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """All that depends on the portrait alone. In main memory, float32 but for the tokens, which may
    be float16: it can be pickled, and serves all networks that have the same weights.

    latents: (4, h, w), an eighth of the picture's side. clip: (1, 1, D), the picture as one token.
    tokens: what the reference UNet sees, (1, L, C) for each of its transformers. motion:
    (1, 32, 16), what the face does. head: how it is held.
    """

    latents: Tensor
    clip: Tensor
    tokens: tuple[Tensor, ...]
    motion: Tensor
    head: Heads

    @property
    def side(self) -> int:
        """Of the picture, pixels."""
        return 8 * int(self.latents.shape[-1])


def heads_on(device: str | torch.device, heads: Heads) -> Heads:
    """The same on a device."""
    return Heads(*(getattr(heads, each.name).to(device) for each in fields(heads)))
