"""Devices as options name them, and as torch does."""

from __future__ import annotations

from mien.errors import OptionError


def device_of(asked: str) -> str:
    """What torch calls the device that is asked for: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    OptionError for one that is not here."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if asked == "auto":
        return "cuda" if count else "cpu"
    if asked != "cpu" and int(asked.partition(":")[2] or 0) >= count:
        there = ", ".join(["cpu", *(f"cuda:{each}" for each in range(count))])
        raise OptionError("--device", f"there is no {asked} here; there is {there}")
    return asked
