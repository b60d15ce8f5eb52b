"""Networks compiled by torch, on a card: their many small steps become few."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Any

import torch

_COMPILERS = ("cc", "gcc", "clang")


def can_compile(device: torch.device) -> bool:
    """Whether it is a card, and what makes programs for it is here."""
    tools = find_spec("triton") is not None and any(map(shutil.which, _COMPILERS))
    return device.type == "cuda" and tools


def compile_network(network: Any) -> None:
    """Compile it when it is first called, which takes minutes the first time ever; what is made
    stays in torch's own cache. Other shapes compile it again, but for the length of what is known
    of a portrait: key frames do not."""
    network.compile(dynamic=False)
