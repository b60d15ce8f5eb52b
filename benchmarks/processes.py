"""What processes hold and have worked, as Linux tells it."""

from __future__ import annotations

import os
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for children in lists for child in children.read_text().split()]
    return [pid, *(each for child in children for each in family(child))]


def cpu_s(pid: int) -> float:
    """Seconds that a process has worked so far."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    return sum(map(int, stat.split()[11:13])) / os.sysconf("SC_CLK_TCK")


def status_mb(pid: int, field: str) -> float:
    """``VmRSS``, ``VmHWM`` and their like in megabytes of 2^20 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kb = next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
    return round(kb / 1024, 1)


def num_descriptors(pid: int) -> int:
    """Files, sockets and pipes that are open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def num_threads(pid: int) -> int:
    """Threads of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
