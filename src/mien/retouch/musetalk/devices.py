"""Where the networks run, and in what kind of number."""

from __future__ import annotations

from typing import Any, Literal

from mien.errors import OptionError
from mien.retouch.musetalk.settings import MuseTalkSettings

Number = Literal["fp32", "fp16", "bf16"]


def number_of(settings: MuseTalkSettings, device: str) -> Number:
    """The kind of number for a device. OptionError for one that it is not fast with."""
    if settings.compiled and device == "cpu":
        raise OptionError("--compiled", "networks are compiled for a card; leave it out on cpu")
    if settings.precision == "fp32":
        return "fp32"
    fast: tuple[Number, ...] = _fast_numbers(device)
    if settings.precision == "auto":
        return fast[0] if fast else "fp32"
    if settings.precision not in fast:
        problem = f"{settings.precision} is a kind of number that {device} is not fast with"
        raise OptionError("--precision", f"{problem}; choose {', '.join((*fast, 'fp32'))}")
    return settings.precision


def _fast_numbers(device: str) -> tuple[Number, ...]:
    """Of half the size, the best first."""
    import torch

    if device == "cpu":
        asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return ("bf16",) if any(getattr(torch.cpu, name, bool)() for name in asked) else ()
    with torch.cuda.device(device):
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return ("fp16", "bf16") if has_bf16 else ("fp16",)


def dtype_of(number: Number) -> Any:
    """Torch's name for it."""
    import torch

    return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[number]


def place(network: Any, device: Any, number: Number) -> None:
    """Bring the parameters of a network to a device and a kind of number: one after the other, so
    that no second copy of all of them is ever held.

    Channels come last where the libraries below torch are faster with that: everywhere but with
    float32 on a processor (measured: 9 % slower there, 8 % faster with bf16).
    """
    import torch

    half = number != "fp32" or torch.device(device).type != "cpu"
    for parameter in network.parameters():
        layout = torch.channels_last if half and parameter.dim() == 4 else torch.preserve_format
        parameter.data = parameter.data.to(device, dtype_of(number), memory_format=layout)
