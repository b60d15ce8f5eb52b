"""Attention by the layers of diffusers' class, where its call would copy or compute too much."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

Attention = Any
"""diffusers' ``Attention``: its layers ``to_q``, ``to_k``, ``to_v``, ``to_out``, and ``heads``."""


def attended(
    attention: Attention, asked_BLC: Tensor, keys_BAC: Tensor, values_BAC: Tensor
) -> Tensor:
    """(B, L, C): what L questions find in A values, through the last layer."""
    asked, keys, values = (
        each.unflatten(-1, (attention.heads, -1)).transpose(1, 2)
        for each in (asked_BLC, keys_BAC, values_BAC)
    )
    found = functional.scaled_dot_product_attention(asked, keys, values)
    return given_out(attention, found.transpose(1, 2).flatten(2))


def given_out(attention: Attention, found_BLC: Tensor) -> Tensor:
    """(B, L, C): the last layer alone."""
    out: Tensor = attention.to_out[0](found_BLC)
    return out
