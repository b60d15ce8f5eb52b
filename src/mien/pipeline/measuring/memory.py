"""What this process holds, in main memory and on graphics cards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that this process held in some time, megabytes of 2^20 bytes: main memory, None
    where that is not told, and graphics cards, None without one."""

    rss_mb: float | None
    vram_mb: float | None


def peak_memory() -> Memory:
    """Until now, since the start or `forget_peak`. Takes 0.1 s and more where there is a card that
    PyTorch does not use."""
    return Memory(peak_rss_mb(), peak_vram_mb())


def forget_peak() -> None:
    """Count the most memory from now on, where the system can do that: Linux, and PyTorch's own."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    torch = _torch_on_cards()
    if torch is not None:
        for card in range(torch.cuda.device_count()):
            torch.cuda.reset_peak_memory_stats(card)


def most(memories: Iterable[Memory]) -> Memory:
    """The largest figures of all; None where there is none."""
    held = list(memories)
    rss = [each.rss_mb for each in held if each.rss_mb is not None]
    vram = [each.vram_mb for each in held if each.vram_mb is not None]
    return Memory(max(rss, default=None), max(vram, default=None))


def peak_rss_mb() -> float | None:
    """The most main memory that this process has held so far; None where that is not told."""
    if (marked := _high_water_mb()) is not None:
        return marked
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / _MB if sys.platform == "darwin" else peak / 1024, 1)


def _high_water_mb() -> float | None:
    """What Linux says of this program alone: the usual figure also counts the one that started
    it."""
    with suppress(OSError, ValueError, IndexError):
        told = Path("/proc/self/status").read_text("ascii").split("VmHWM:", 1)[1]
        return round(int(told.split()[0]) / 1024, 1)
    return None


def peak_vram_mb() -> float | None:
    """The most that PyTorch has reserved on graphics cards so far, where it uses one; else what
    the driver says that this process holds now. None without a card."""
    torch = _torch_on_cards()
    if torch is None:
        return held_vram_mb()
    cards = range(torch.cuda.device_count())
    held = sum(int(torch.cuda.max_memory_reserved(card)) for card in cards)
    return round(held / _MB, 1)


def held_vram_mb() -> float | None:
    """What this process holds on graphics cards, as the driver tells; None without one, and where
    the driver does not tell."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    done = subprocess.run(query, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    rows = (line.split(",") for line in done.stdout.splitlines() if "," in line)
    try:
        return sum(float(used) for pid, used in rows if int(pid) == os.getpid())
    except ValueError:  # "[N/A]": Windows, and shares of cards
        return None


def _torch_on_cards() -> Any:
    """PyTorch, if it was loaded and uses graphics cards, else None; it is not loaded for this."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and torch.cuda.is_initialized() else None
