"""How the portrait is known to the denoising network: by what another network sees in it.

Of each spatial transformer of the reference UNet the tokens before its self-attention are kept, and
the transformer at the same place of the denoising UNet attends to them besides its own. They do not
change from frame to frame: their keys and values are computed once (:class:`Known`). The portrait's
CLIP embedding is a single token; attention to one thing alone is that thing, whatever is asked, so
that it is a constant for each transformer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor, nn
from torch._dynamo import maybe_mark_dynamic

from mien.nets.personalive.attention import attended, given_out
from mien.nets.personalive.params import Config

Block = Any
"""diffusers' ``BasicTransformerBlock``."""
_LAST_STEP = 0


def make_reference_unet(config: Config) -> UNet2DConditionModel:
    """diffusers' class without its last layers, whose results nobody needs."""
    unet = UNet2DConditionModel(**config)
    unet.conv_norm_out, unet.conv_out = None, nn.Identity()
    unet.set_attn_processor(_Keeping())
    return unet


def reference_tokens(
    unet: UNet2DConditionModel, latents_14HW: Tensor, clip_11D: Tensor, *, rounded: bool = True
) -> tuple[Tensor, ...]:
    """What the reference UNet sees: (1, L, C) for each spatial transformer, in the order they run.

    ``rounded``: in float16, as upstream keeps them at any precision; otherwise as computed. The
    network holds nothing of it: threads may share it.
    """
    kept: list[Tensor] = []
    unet(latents_14HW, _LAST_STEP, clip_11D, cross_attention_kwargs={"kept": kept})
    return tuple(tokens.half() for tokens in kept) if rounded else tuple(kept)


class _Keeping(AttnProcessor2_0):
    """Attention as usual, that notes what attends to itself."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: None = None,
        kept: list[Tensor] | None = None,
    ) -> Tensor:
        if encoder_hidden_states is None and kept is not None:
            kept.append(hidden_states)
        done: Tensor = super().__call__(attn, hidden_states, encoder_hidden_states)
        return done


class Known(NamedTuple):
    """What a transformer knows of the portrait and its key frames, N tokens together.

    keys, values: (1, N, C). constant: (C,), what the portrait's CLIP embedding adds to each token.
    """

    keys: Tensor
    values: Tensor
    constant: Tensor

    @classmethod
    def of(cls, block: Block, clip_11D: Tensor) -> Known:
        """Of the CLIP embedding alone."""
        attention = block.attn2
        constant_C = given_out(attention, attention.to_v(clip_11D))[0, 0]
        nothing_10C = constant_C.new_empty(1, 0, len(constant_C))
        return cls(nothing_10C, nothing_10C, constant_C)

    def extended(self, block: Block, tokens_1LC: Tensor) -> Known:
        """With the tokens of one more picture."""
        tokens_1LC = tokens_1LC.to(self.keys)
        keys_1NC = torch.cat((self.keys, block.attn1.to_k(tokens_1LC)), 1)
        values_1NC = torch.cat((self.values, block.attn1.to_v(tokens_1LC)), 1)
        for known_1NC in (keys_1NC, values_1NC):  # else each key frame compiles the network again
            maybe_mark_dynamic(known_1NC, 1)
        return Known(keys_1NC, values_1NC, self.constant)

    def seen(self, block: Block, h_FLC: Tensor) -> Tensor:
        """(F, L, C) after both attentions of the block."""
        own_FLC, attention, frames = block.norm1(h_FLC), block.attn1, len(h_FLC)
        keys_FAC = torch.cat((attention.to_k(own_FLC), self.keys.expand(frames, -1, -1)), 1)
        values_FAC = torch.cat((attention.to_v(own_FLC), self.values.expand(frames, -1, -1)), 1)
        found_FLC = attended(attention, attention.to_q(own_FLC), keys_FAC, values_FAC)
        return found_FLC + h_FLC + self.constant


class Told(NamedTuple):
    """The same, computed by diffusers' layers again for each frame: what :class:`Known` is compared
    with.

    tokens: (1, N, C). clip: (1, 1, D).
    """

    tokens: Tensor
    clip: Tensor

    @classmethod
    def of(cls, block: Block, clip_11D: Tensor) -> Told:
        """See :class:`Known`."""
        return cls(clip_11D.new_empty(1, 0, block.dim), clip_11D)

    def extended(self, block: Block, tokens_1LC: Tensor) -> Told:
        """See :class:`Known`."""
        tokens_1NC = torch.cat((self.tokens, tokens_1LC.to(self.tokens)), 1)
        return Told(tokens_1NC, self.clip)

    def seen(self, block: Block, h_FLC: Tensor) -> Tensor:
        """See :class:`Known`."""
        frames, own_FLC = len(h_FLC), block.norm1(h_FLC)
        all_FAC = torch.cat((own_FLC, self.tokens.expand(frames, -1, -1)), 1)
        h_FLC = block.attn1(own_FLC, all_FAC) + h_FLC
        seen: Tensor = block.attn2(block.norm2(h_FLC), self.clip.expand(frames, -1, -1)) + h_FLC
        return seen


Condition = tuple[Known | Told, ...]
"""What each spatial transformer knows of a portrait, in the order they run."""


class SpatialTransformer(nn.Module):
    """The layers of diffusers' ``Transformer2DModel``, one of whose inputs is a reference."""

    def __init__(self, stock: Any) -> None:
        super().__init__()
        self.norm, self.proj_in, self.proj_out = stock.norm, stock.proj_in, stock.proj_out
        self.transformer_blocks = stock.transformer_blocks

    @property
    def block(self) -> Block:
        """The only one."""
        return self.transformer_blocks[0]

    def forward(self, x_FCHW: Tensor, known: Known | Told) -> Tensor:
        """(F, C, H, W)."""
        height, block = x_FCHW.shape[2], self.block
        h_FLC = self.proj_in(self.norm(x_FCHW)).permute(0, 2, 3, 1).flatten(1, 2)
        h_FLC = known.seen(block, h_FLC)
        h_FLC = block.ff(block.norm3(h_FLC)) + h_FLC
        out_FCHW: Tensor = self.proj_out(h_FLC.unflatten(1, (height, -1)).permute(0, 3, 1, 2))
        return out_FCHW + x_FCHW
