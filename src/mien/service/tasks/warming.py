"""The first work of a worker: its engine is loaded and has rendered once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.service.readiness import MachineFacts
from mien.service.tasks.stills import Look, StillsTask
from mien.types import ProgressCallback

_LOOK = Look("happy")
_SIZE = (512, 512)
_GPUS = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True, slots=True)
class WarmTask:
    """Render the built-in portrait once."""

    engine: EngineSettings

    def run(self, keeper: Keeper, progress: ProgressCallback) -> MachineFacts:
        """What the machine has, as far as it is known without loading anything more."""
        with as_file(files("mien") / "data" / "astronaut.png") as portrait:
            key = sha256(portrait.read_bytes()).hexdigest()
            StillsTask(portrait, key, (_LOOK,), self.engine, _SIZE, format="jpg").run(
                keeper, progress
            )
        return machine_facts()


def machine_facts(gpus: Path = _GPUS) -> MachineFacts:
    """Asked of torch if the engine has loaded it, otherwise of the driver: torch takes seconds and
    hundreds of megabytes."""
    torch = sys.modules.get("torch")
    if torch is None:
        names = [_model(each) for each in sorted(gpus.glob("*/information"))]
        return MachineFacts(bool(names), names[0] if names else None)
    if not torch.cuda.is_available():
        return MachineFacts()
    return MachineFacts(True, torch.cuda.get_device_name(), torch.version.cuda)


def _model(information: Path) -> str | None:
    """Of a GPU, as its driver says it: ``Model: \t NVIDIA H200``."""
    for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name == "Model":
            return value.strip()
    return None
