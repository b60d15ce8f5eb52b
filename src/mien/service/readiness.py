"""Whether the service takes work: starting, ready, draining, or failed to start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "ready", "draining", "failed"]


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What a worker saw of its machine."""

    gpu_available: bool = False
    gpu_name: str | None = None
    cuda_version: str | None = None


class Readiness:
    """Said by the one who starts and stops the service, read by the routes of health."""

    def __init__(self) -> None:
        self.state: State = "starting"
        self.reason = "the first engine is being loaded"
        self.machine = MachineFacts()

    def become(self, state: State, reason: str = "") -> None:
        self.state, self.reason = state, reason
