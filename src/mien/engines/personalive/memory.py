"""How much memory the networks take on their device."""

from __future__ import annotations

from mien.engines.settings import EngineSettings
from mien.nets.personalive.params import CHUNK_FRAMES

_PARAMETERS = {
    "reference_unet": 859.5e6,
    "denoising_unet": 1684.8e6,
    "encoder": 34.2e6,
    "decoder": 49.5e6,
    "tiny": 1.2e6,
    "image_encoder": 304.0e6,
    "motion_encoder": 61.6e6,
    "pose_guider": 1.1e6,
}
_IN_FLOAT32 = 28.1e6
"""Parameters of the motion extractor, which always has that kind of number."""
_UNET, _KNOWN = 2610, 355
"""Numbers for each pixel of a picture's side squared that a call for 16 frames holds at most, and
that the keys and values of a portrait and its three key frames take (counted)."""
_PAINTED = {"full": 770, "tiny": 190}
"""The same of painting a frame, with each decoder."""
_RUNTIME_MB = 600
"""What CUDA takes for itself."""


def expected_memory_mb(settings: EngineSettings) -> int:
    """What the published networks will take, before anything is loaded: megabytes of 2^20 bytes;
    where ``device`` is ``auto``, on a card."""
    on_card = settings.device != "cpu"
    half = settings.precision != "fp32" if on_card else settings.precision == "bf16"
    size = 2 if half else 4
    offload = settings.offload and on_card
    most = _one_by_one(settings, size) if offload else _together(settings, size)
    return round(most / 2**20) + (_RUNTIME_MB if on_card else 0)


def forget_peak(device: str) -> None:
    """Count what is held of a card at most from now on."""
    import torch

    if torch.device(device).type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def measured_memory_mb(device: str) -> int | None:
    """The most that was held of a card since the peak was forgotten; None on a processor."""
    import torch

    if torch.device(device).type != "cuda":
        return None
    return int(torch.cuda.max_memory_reserved(device) / 2**20) + 1


def _together(settings: EngineSettings, size: int) -> float:
    """Bytes while all networks stay on the device."""
    unused = "tiny" if settings.decoder == "full" else "decoder"
    weights = sum(count for name, count in _PARAMETERS.items() if name != unused)
    painting = CHUNK_FRAMES * _PAINTED[settings.decoder]
    working = (max(_UNET, painting) + _KNOWN) * settings.resolution**2
    return size * (weights + working) + 4 * _IN_FLOAT32


def _one_by_one(settings: EngineSettings, size: int) -> float:
    """Bytes while the largest network is there alone; frames are painted one by one."""
    working = (_UNET + _KNOWN) * settings.resolution**2
    return size * (_PARAMETERS["denoising_unet"] + working)
