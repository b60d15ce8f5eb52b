"""How much memory models may take: as asked for, or as their device has."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec

from mien.checks import shown
from mien.errors import OptionError

_SIZE = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s?(|MB|GB|MiB|GiB)", re.ASCII)
_UNITS = {"": 1.0, "MB": 1.0, "GB": 1e3, "MiB": 1.048576, "GiB": 1073.741824}
_MB = 1_000_000
_SHARE = 0.9
"""Of a card's memory; the rest is the driver's, and lost between blocks."""
_SPARED_MB = 2000
"""Of a computer's memory, for everything else."""
_UNKNOWN_MB = 8000


def parse_memory(said: str | int) -> int:
    """Millions of bytes: a number of them, or text such as ``14GiB``, ``8 GB`` or ``900MB``. Raises
    OptionError for what is no size, and for 0."""
    if isinstance(said, str):
        found = _SIZE.fullmatch(said.strip())
        size = float(found[1]) * _UNITS[found[2]] if found else 0.0
    else:
        size = said if isinstance(said, int) and not isinstance(said, bool) else 0
    if size < 1:
        raise OptionError("--vram-budget", f"{shown(said)} is no size; give 14GiB, for example")
    return int(size)


def memory_of(device: str) -> int:
    """Millions of bytes that models may take of a device, as torch names it, or of the one that
    ``auto`` means."""
    if device != "cpu" and (card := _of_card(device)):
        return card
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MB
    except (ValueError, OSError, AttributeError):
        return _UNKNOWN_MB
    return max(whole - _SPARED_MB, whole // 2)


def _of_card(device: str) -> int | None:
    if find_spec("torch") is None:
        return None
    import torch

    number = int(device.partition(":")[2] or 0)
    if not torch.cuda.is_available() or number >= torch.cuda.device_count():
        return None
    return int(_SHARE * torch.cuda.get_device_properties(number).total_memory) // _MB
