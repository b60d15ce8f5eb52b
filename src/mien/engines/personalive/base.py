"""What a stream needs of PersonaLive's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mien.types import Image

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from mien.engines.personalive.references import Reference
    from mien.engines.personalive.window import Frames
    from mien.nets.personalive.keypoints import Heads
    from mien.nets.personalive.references import Condition


class Networks(Protocol):
    """As :class:`mien.engines.personalive.networks.PersonaLiveNetworks` says of each method."""

    @property
    def device(self) -> torch.device: ...

    def read_reference(self, picture: Image) -> Reference: ...

    def tokens(self, latents: Tensor, clip: Tensor) -> tuple[Tensor, ...]: ...

    def heads(self, pictures: Image) -> Heads: ...

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor: ...

    def pose(self, keypoints: Tensor, side: int) -> Tensor: ...

    def condition(self, clip: Tensor, *seen: tuple[Tensor, ...]) -> Condition: ...

    def extended(self, condition: Condition, seen: tuple[Tensor, ...]) -> Condition: ...

    def denoise(
        self, latents: Tensor, timesteps: Tensor, frames: Frames, condition: Condition
    ) -> Tensor: ...

    def paint(self, latents: Tensor) -> Image: ...

    def close(self) -> None: ...
