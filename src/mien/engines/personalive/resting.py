"""Networks that may be put away between two calls, so that others have their room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mien.engines.personalive.base import Networks
from mien.types import Image
from mien.weights.residents import MemoryBudget, Resident

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from mien.engines.personalive.references import Reference
    from mien.engines.personalive.window import Frames
    from mien.nets.personalive.keypoints import Heads
    from mien.nets.personalive.references import Condition


class RestingNetworks:
    """Opens the networks when it is called, and as often as a budget made them rest. What they
    read, and streams that have begun, stay good."""

    def __init__(
        self, open_networks: Callable[[], Networks], memory_mb: int, budget: MemoryBudget | None
    ) -> None:
        """Opens them for the first time. Raises what ``open_networks`` does."""
        self._resident = Resident(open_networks, memory_mb=memory_mb, budget=budget)
        with self._resident.working() as networks:
            self._device = networks.device

    @property
    def device(self) -> torch.device:
        return self._device

    def read_reference(self, picture: Image) -> Reference:
        with self._resident.working() as networks:
            return networks.read_reference(picture)

    def tokens(self, latents: Tensor, clip: Tensor) -> tuple[Tensor, ...]:
        with self._resident.working() as networks:
            return networks.tokens(latents, clip)

    def heads(self, pictures: Image) -> Heads:
        with self._resident.working() as networks:
            return networks.heads(pictures)

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor:
        with self._resident.working() as networks:
            return networks.motion(pictures, keypoints)

    def pose(self, keypoints: Tensor, side: int) -> Tensor:
        with self._resident.working() as networks:
            return networks.pose(keypoints, side)

    def condition(self, clip: Tensor, *seen: tuple[Tensor, ...]) -> Condition:
        with self._resident.working() as networks:
            return networks.condition(clip, *seen)

    def extended(self, condition: Condition, seen: tuple[Tensor, ...]) -> Condition:
        with self._resident.working() as networks:
            return networks.extended(condition, seen)

    def denoise(
        self, latents: Tensor, timesteps: Tensor, frames: Frames, condition: Condition
    ) -> Tensor:
        with self._resident.working() as networks:
            return networks.denoise(latents, timesteps, frames, condition)

    def paint(self, latents: Tensor) -> Image:
        with self._resident.working() as networks:
            return networks.paint(latents)

    def close(self) -> None:
        self._resident.close()
