"""What follows each spatial layer: the driver's motion, then the other frames of the window.

Both are the same skeleton around another kind of attention, with two of these in a row. Frames are
the batch; groups are normalised within each.
"""

from __future__ import annotations

import math

import torch
from diffusers.models.attention import FeedForward
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.personalive.attention import given_out

HEADS = 8
"""Of both kinds of attention, whatever the spatial layers have."""
MOTION_WIDTH = 16
"""E: the size of a token of motion."""
MAX_FRAMES = 32
"""The longest window there are positions for."""
_ATTENTIONS = 2
_NUM_GROUPS = 32


class MotionModule(nn.Module):
    """Each frame attends to its own motion."""

    def __init__(self, width: int) -> None:
        super().__init__()
        attentions = [
            Attention(width, MOTION_WIDTH, heads=HEADS, dim_head=width // HEADS)
            for _ in range(_ATTENTIONS)
        ]
        self.temporal_transformer = _Transformer(width, attentions)

    def forward(self, x_FCHW: Tensor, motion_FTE: Tensor) -> Tensor:
        """(F, C, H, W)."""
        moved: Tensor = self.temporal_transformer(x_FCHW, motion_FTE)
        return moved


class TemporalModule(nn.Module):
    """Each place attends to the same place in all frames, of which there are at most 32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        attentions = [_OverFrames(width) for _ in range(_ATTENTIONS)]
        self.temporal_transformer = _Transformer(width, attentions)

    def forward(self, x_FCHW: Tensor) -> Tensor:
        """(F, C, H, W)."""
        moved: Tensor = self.temporal_transformer(x_FCHW)
        return moved


class _Transformer(nn.Module):
    def __init__(self, width: int, attentions: list[nn.Module]) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(_NUM_GROUPS, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width)
        self.transformer_blocks = nn.ModuleList([_Block(width, attentions)])
        self.proj_out = nn.Linear(width, width)

    def forward(self, x_FCHW: Tensor, *context: Tensor) -> Tensor:
        height = x_FCHW.shape[2]
        h_FLC = self.proj_in(self.norm(x_FCHW).permute(0, 2, 3, 1).flatten(1, 2))
        for block in self.transformer_blocks:
            h_FLC = block(h_FLC, *context)
        out_FLC: Tensor = self.proj_out(h_FLC)
        return out_FLC.unflatten(1, (height, -1)).permute(0, 3, 1, 2) + x_FCHW


class _Block(nn.Module):
    def __init__(self, width: int, attentions: list[nn.Module]) -> None:
        super().__init__()
        self.attention_blocks = nn.ModuleList(attentions)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in attentions)
        self.ff = FeedForward(width)
        self.ff_norm = nn.LayerNorm(width)

    def forward(self, h_FLC: Tensor, *context: Tensor) -> Tensor:
        for attention, norm in zip(self.attention_blocks, self.norms, strict=True):
            h_FLC = attention(norm(h_FLC), *context) + h_FLC
        done: Tensor = self.ff(self.ff_norm(h_FLC)) + h_FLC
        return done


class _OverFrames(Attention):
    def __init__(self, width: int) -> None:
        super().__init__(width, heads=HEADS, dim_head=width // HEADS)
        self.pos_encoder = _Positions(width)

    def forward(self, x_FLC: Tensor) -> Tensor:
        placed_FLC = x_FLC + self.pos_encoder.pe[0, : len(x_FLC), None]
        asked, keys, values = (
            to(placed_FLC).unflatten(-1, (self.heads, -1)).permute(1, 2, 0, 3)
            for to in (self.to_q, self.to_k, self.to_v)
        )
        found = functional.scaled_dot_product_attention(asked, keys, values)
        return given_out(self, found.permute(2, 0, 1, 3).flatten(2))


class _Positions(nn.Module):
    """The table of positions in a window, (1, 32, C), which the official files hold, too."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("pe", positions(MAX_FRAMES, width)[None])


def positions(count: int, width: int) -> Tensor:
    """(count, width) float32: sines in the even channels, cosines in the odd ones (Vaswani et al.
    2017)."""
    # on the processor, so that it is there in networks built without memory
    channels_C = torch.arange(0, width, 2, device="cpu")
    rates_C = torch.exp(channels_C * (-math.log(10000.0) / width))
    angles_NC = torch.arange(count, dtype=torch.float32, device="cpu")[:, None] * rates_C
    return torch.stack((angles_NC.sin(), angles_NC.cos()), dim=2).flatten(1)
