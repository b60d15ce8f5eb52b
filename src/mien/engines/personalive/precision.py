"""In what kind of number the networks work, on which device."""

from __future__ import annotations

from typing import Any, Literal

import torch

from mien.engines.settings import Precision
from mien.errors import OptionError

Number = Literal["fp32", "fp16", "bf16"]
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def number_of(precision: Precision, device: str) -> Number:
    """The kind of number for a device as torch names it: ``auto`` is fp16 on a card, as upstream,
    and fp32 on a processor. OptionError for one that the device does not compute with."""
    there = _numbers(device)
    if precision == "auto":
        return there[0]
    if precision not in there:
        problem = f"{device} does not compute in {precision}; choose {' or '.join(there)}"
        raise OptionError("--precision", problem)
    return precision


def place(network: Any, device: torch.device, number: Number) -> None:
    """Bring what a network knows to a device and a kind of number, one tensor after the other, so
    that no second copy of all of it is ever held.

    Channels come last where convolutions are faster with that: everywhere but with float32 on a
    processor.
    """
    last = number != "fp32" or device.type != "cpu"
    for tensor in tensors_of(network):
        if tensor.is_floating_point():
            layout = torch.channels_last if last and tensor.dim() == 4 else torch.preserve_format
            tensor.data = tensor.data.to(device, DTYPES[number], memory_format=layout)
        else:
            tensor.data = tensor.data.to(device)


def tensors_of(network: Any) -> list[Any]:
    """All that a network knows: its parameters and tables."""
    return [*network.parameters(), *network.buffers()]


def _numbers(device: str) -> tuple[Number, ...]:
    """Those that a device computes with, its own choice first."""
    if device == "cpu":
        return ("fp32", "bf16")
    with torch.cuda.device(device):
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return ("fp16", "bf16", "fp32") if has_bf16 else ("fp16", "fp32")
