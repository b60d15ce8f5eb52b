"""``inline`` or ``process``: one word of configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import takewhile
from pathlib import Path

from mien.engines.base import engine_info
from mien.errors import OptionError
from mien.service.settings import ServiceSettings
from mien.service.workers.base import Executor, KeeperLimits
from mien.service.workers.inline import InlineExecutor
from mien.service.workers.interpreter import can_start_interpreters
from mien.service.workers.process import ProcessExecutor

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_MOST_THREADS = 2
"""They would only wait for each other's interpreter lock."""


def open_executor(
    settings: ServiceSettings, on_restart: Callable[[], None] = lambda: None
) -> Executor:
    """Not started yet. on_restart: called whenever a worker has to be replaced. Raises OptionError
    where there cannot be processes."""
    limits = KeeperLimits(settings.engine_memory_mb, settings.portrait_cache_mb)
    if settings.run_in == "inline":
        return InlineExecutor(limits, min(settings.workers or 1, _MOST_THREADS), on_restart)
    if not can_start_interpreters():
        raise OptionError("--run-in", "process does not work on this system; take inline")
    gpus = visible_gpus(os.environ) if settings.device in ("auto", "cuda") else ()
    on_gpu = bool(gpus) and "cuda" in engine_info(settings.engine).devices
    num_workers = settings.workers or max(2, len(gpus) if on_gpu else num_cores())
    return ProcessExecutor(limits, variables_of(num_workers, gpus), on_restart)


def variables_of(num_workers: int, gpus: tuple[str, ...]) -> list[Mapping[str, str]]:
    """What each worker's environment has beside the server's: the one GPU that it sees, dealt out
    in turn."""
    if not gpus:
        return [{}] * num_workers
    return [{_VISIBLE: gpus[number % len(gpus)]} for number in range(num_workers)]


def visible_gpus(environment: Mapping[str, str], devices: Path = Path("/dev")) -> tuple[str, ...]:
    """The GPUs that this process may use, as CUDA names them; without asking CUDA, which would
    begin to occupy them."""
    found = [path.name for path in devices.glob("nvidia[0-9]*")]
    if not found:
        return ()
    if _VISIBLE not in environment:
        return tuple(str(number) for number in range(len(found)))
    named = (name.strip() for name in environment[_VISIBLE].split(","))
    return tuple(takewhile(lambda name: name not in ("", "-1"), named))


def num_cores() -> int:
    """Those that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
