"""How much memory the networks take on their device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mien.nets.musetalk.params import VAE, Config
from mien.retouch.musetalk.devices import Number
from mien.retouch.musetalk.settings import MuseTalkSettings

_PARAMETERS = {"unet": 850e6, "encoder": 34.2e6, "decoder": 53.6e6, "tiny": 1.3e6}
"""As they are when they work, reduced."""
_IN_FLOAT32 = 8.2e6 + 13.3e6
"""Parameters of whisper's encoder and of the parser of faces."""
_HELD_TENSORS = 5.0
"""How many of the largest tensors a face needs at the same time (measured: 4.8 when it is read,
2.9 when it is painted)."""
_RUNTIME_MB = 600
"""What CUDA takes for itself."""


def expected_memory_mb(settings: MuseTalkSettings) -> int:
    """What the published networks will take, before anything is loaded: megabytes of 2^20 bytes;
    where ``device`` is ``auto``, on a card."""
    on_card = settings.device != "cpu"
    number: Number = "fp16" if on_card and settings.precision != "fp32" else "fp32"
    unused = "tiny" if settings.decoder == "full" else "decoder"
    painting = sum(count for name, count in _PARAMETERS.items() if name != unused)
    weights = size_of(number) * painting + size_of("fp32") * _IN_FLOAT32
    working = working_mb(VAE, number, settings.batch)
    return round(weights / 2**20) + working + (_RUNTIME_MB if on_card else 0)


def working_mb(vae: Config, number: Number, batch: int) -> int:
    """What painting ``batch`` faces takes beside the weights."""
    widest = max(vae["block_out_channels"][:2])
    pixels = batch * vae["sample_size"] ** 2
    return int(_HELD_TENSORS * size_of(number) * widest * pixels / 2**20) + 1


def held_mb(networks: Iterable[Any]) -> int:
    """What the weights of these torch modules take."""
    tensors = (each for net in networks for each in (*net.parameters(), *net.buffers()))
    return int(sum(each.numel() * each.element_size() for each in tensors) / 2**20) + 1


def size_of(number: Number) -> int:
    """Bytes of one."""
    return 4 if number == "fp32" else 2
