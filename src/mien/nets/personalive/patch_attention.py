"""A transformer over the patches of a feature map (Dosovitskiy et al. 2021)."""

from __future__ import annotations

from diffusers.models.attention import FeedForward
from diffusers.models.attention_processor import Attention
from diffusers.models.embeddings import get_2d_sincos_pos_embed
from torch import Tensor, nn

_GROUPS = 32
_EPSILON = 1e-6


class PatchAttention(nn.Module):
    """(B, C, H, H) -> the same shape, beside what came in. ``patch``: its side; ``side``: H;
    ``width``: of the tokens, one for each patch."""

    def __init__(self, channels: int, *, patch: int, side: int, width: int, num_heads: int) -> None:
        super().__init__()
        self.patch = patch
        self.norm = nn.GroupNorm(_GROUPS, channels, eps=_EPSILON)
        self.pos_embed = Patches(channels, patch, side, width)
        self.transformer_blocks = nn.ModuleList([Block(width, num_heads)])
        self.proj_out = nn.Linear(width // patch**2, channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        x_BNE = self.pos_embed(self.norm(x_BCHW))
        for block in self.transformer_blocks:
            x_BNE = block(x_BNE)
        return x_BCHW + self._unpatched(x_BNE, x_BCHW.shape[3] // self.patch)

    def _unpatched(self, x_BNE: Tensor, across: int) -> Tensor:
        """Each token becomes a patch; ``across``: patches in a row of the map."""
        x_BXXPPE = x_BNE.unflatten(1, (-1, across)).unflatten(3, (self.patch, self.patch, -1))
        x_BXXPPC = self.proj_out(x_BXXPPE)
        x_BCHW: Tensor = x_BXXPPC.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)
        return x_BCHW


class Patches(nn.Module):
    """(B, C, H, H) -> one token for each patch (B, N, E), row by row, that knows where it is."""

    table: Tensor
    """(1, N, E)."""

    def __init__(self, channels: int, patch: int, side: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, stride=patch)
        across = side // patch
        # not in the files; on the processor, so that it is there in networks built without memory
        table_NE = get_2d_sincos_pos_embed(width, across, base_size=across, device="cpu")
        self.register_buffer("table", table_NE.float()[None], persistent=False)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        tokens_BNE: Tensor = self.proj(x_BCHW).flatten(2).transpose(1, 2)
        return tokens_BNE + self.table


class Block(nn.Module):
    """Tokens (B, N, E) -> the same shape: attention among them, then two linear layers for each."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        attention = Attention(width, heads=num_heads, dim_head=width // num_heads)
        self.attention_blocks = nn.ModuleList([attention])
        self.norms = nn.ModuleList([nn.LayerNorm(width)])
        self.ff = FeedForward(width, activation_fn="geglu")
        self.ff_norm = nn.LayerNorm(width)

    def forward(self, x_BNE: Tensor) -> Tensor:
        for norm, attention in zip(self.norms, self.attention_blocks, strict=True):
            x_BNE = x_BNE + attention(norm(x_BNE))
        fed_BNE: Tensor = self.ff(self.ff_norm(x_BNE))
        return x_BNE + fed_BNE
