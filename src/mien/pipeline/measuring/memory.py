"""What this process holds, in main memory and on graphics cards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that this process has held so far, megabytes of 2^20 bytes: main memory, None where
    that is not told, and graphics cards, None without one."""

    rss_mb: float | None
    vram_mb: float | None


def peak_memory() -> Memory:
    """Until now. Where a card is there and PyTorch does not use it this takes 0.1 s and more."""
    return Memory(peak_rss_mb(), peak_vram_mb())


def peak_rss_mb() -> float | None:
    """The most main memory that this process has held so far; None where that is not told."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / _MB if sys.platform == "darwin" else peak / 1024, 1)


def peak_vram_mb() -> float | None:
    """The most that PyTorch has reserved on graphics cards so far, where it uses one; else what
    the driver says that this process holds now. None without a card."""
    return _reserved_by_torch_mb() or held_vram_mb()


def held_vram_mb() -> float | None:
    """What this process holds on graphics cards, as the driver tells; None without one."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    done = subprocess.run(query, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    rows = (line.split(",") for line in done.stdout.splitlines() if "," in line)
    return sum(float(used) for pid, used in rows if int(pid) == os.getpid())


def _reserved_by_torch_mb() -> float:
    """0 where PyTorch was not loaded or has no card; it is not loaded for this."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return 0.0
    cards = range(torch.cuda.device_count())
    held = sum(int(torch.cuda.max_memory_reserved(card)) for card in cards)
    return round(held / _MB, 1)
