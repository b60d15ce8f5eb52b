"""The network that tells the motion of a window from that motion under noise, and from speech."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nets.joyvasa.params import DenoiserParams, Positions


class Table(nn.Module):
    """A table of sinusoids (1, rows, D), kept as upstream keeps it."""

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.register_buffer("pe", torch.empty(1, rows, width))

    def rows(self, rows: Tensor | slice | int) -> Tensor:
        """(rows, D)."""
        table: Tensor = self.pe
        return table[0, rows]


class Denoiser(nn.Module):
    """A transformer decoder with normalisation after each part (Vaswani et al. 2017).

    A frame attends to all frames, and of the speech only to what is said in that frame. Attention
    to one thing alone is that thing, whatever is asked: the weights for questions and keys do not
    count, and what speech adds in each layer depends on nothing that changes from one step of the
    diffusion to the next (:meth:`heard`).
    """

    def __init__(self, params: DenoiserParams) -> None:
        super().__init__()
        width, tokens = params.width, params.num_tokens
        self.params = params
        self.register_buffer("alignment_mask", torch.empty(tokens, tokens, dtype=torch.bool))
        self.TE = Table(params.num_times, width)
        self.diff_step_map = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Linear(width, width)
        )
        self.PE = Table(params.num_positions, width)
        self.feature_proj = nn.Linear(params.motion_size, width)
        layer = nn.TransformerDecoderLayer(
            width, params.num_heads, params.feed_forward, activation="gelu", batch_first=True
        )
        self.transformer = nn.TransformerDecoder(layer, params.num_layers)
        self.motion_dec = nn.Sequential(
            nn.Linear(width, width // 2), nn.GELU(), nn.Linear(width // 2, params.motion_size)
        )

    def heard(self, speech_BND: Tensor) -> list[Tensor]:
        """What speech adds in each layer, (B, N, D): the same in all steps of a window."""
        width = self.params.width
        return [
            functional.linear(
                functional.linear(
                    speech_BND,
                    layer.multihead_attn.in_proj_weight[2 * width :],
                    layer.multihead_attn.in_proj_bias[2 * width :],
                ),
                layer.multihead_attn.out_proj.weight,
                layer.multihead_attn.out_proj.bias,
            )
            for layer in self.transformer.layers
        ]

    def forward(
        self,
        motion_BNM: Tensor,
        heard: list[Tensor],
        time: int,
        positions: Positions = "legacy",
    ) -> Tensor:
        """(B, N, M): the motion without noise. ``time``: how many steps of noise it is under."""
        x_BND = self._tokens(motion_BNM, torch.tensor([time]), positions)
        for layer, heard_BND in zip(self.transformer.layers, heard, strict=True):
            x_BND = layer.norm1(x_BND + self._mixed(layer.self_attn, x_BND))
            x_BND = layer.norm2(x_BND + heard_BND)
            inner = functional.gelu(layer.linear1(x_BND))
            x_BND = layer.norm3(x_BND + layer.linear2(inner))
        return self.motion_dec(x_BND)

    def plain(
        self, motion_BNM: Tensor, speech_BND: Tensor, times_B: Tensor, positions: Positions
    ) -> Tensor:
        """The same as written in the paper, by PyTorch's own layers: what :meth:`forward` is
        compared with. A time for each of the batch."""
        x_BND = self._tokens(motion_BNM, times_B, positions)
        done = self.transformer(x_BND, speech_BND, memory_mask=self.alignment_mask)
        return self.motion_dec(done)

    def _tokens(self, motion_BNM: Tensor, times_B: Tensor, positions: Positions) -> Tensor:
        count = motion_BNM.shape[1]
        where = self.PE.rows(count if positions == "legacy" else slice(count))
        when_BD = self.diff_step_map(self.TE.rows(times_B))
        return self.feature_proj(motion_BNM) + where + when_BD[:, None]

    def _mixed(self, attention: nn.MultiheadAttention, x_BND: Tensor) -> Tensor:
        """Self-attention of all frames."""
        heads = self.params.num_heads
        asked = functional.linear(x_BND, attention.in_proj_weight, attention.in_proj_bias)
        query, key, value = asked.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return attention.out_proj(mixed.transpose(1, 2).flatten(2))
