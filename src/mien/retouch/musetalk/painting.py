"""Faces made latents, and latents made faces that say what is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from mien.errors import OutOfMemoryError
from mien.nets.musetalk.params import LATENT_SCALE
from mien.nets.musetalk.positions import sinusoids
from mien.retouch.musetalk.devices import Number
from mien.retouch.musetalk.modules import NAME, Modules
from mien.types import Floats, Image
from mien.weights.memory import is_no_memory

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
T = TypeVar("T")


class Painter:
    """The autoencoder and the UNet on a device. It takes the modules over, and changes them.

    side: of the pictures.
    """

    def __init__(self, modules: Modules, device: str, number: Number, batch: int) -> None:
        self._device, self._number, self._batch = torch.device(device), number, batch
        self.side = int(modules.vae.config.sample_size)
        self._unet, self._vae = self._placed(modules.unet), self._placed(modules.vae)
        self._positions: Tensor | None = None

    def encode(self, crops: Image) -> Tensor:
        """(N, S, S, 3) -> (N, 8, s, s): latents of the face whose lower half is hidden, then of
        the whole one; the most likely of each."""
        return torch.cat(
            list(self._in_batches(len(crops), lambda part: self._encoded(crops[part])))
        )

    def paint(self, latents: Tensor, prompts: Floats) -> Image:
        """(N, 8, s, s) and (N, T, C) -> (N, S, S, 3)."""
        if not len(latents):
            return np.zeros((0, self.side, self.side, 3), np.uint8)
        painted = self._in_batches(
            len(latents), lambda part: self._painted(latents[part], prompts[part])
        )
        return np.concatenate(list(painted))

    def _encoded(self, crops: Image) -> Tensor:
        whole = self._tensor(torch.from_numpy(crops).permute(0, 3, 1, 2)) / 127.5 - 1
        hidden = whole.clone()
        hidden[:, :, self.side // 2 :] = -1
        both = self._vae.encode(torch.cat((hidden, whole))).latent_dist.mode() * LATENT_SCALE
        return torch.cat(both.float().cpu().chunk(2), dim=1)

    def _painted(self, latents: Tensor, prompts: Floats) -> Image:
        heard = self._tensor(torch.from_numpy(prompts)) + self._tokens(*prompts.shape[1:])
        now = torch.zeros(1, device=self._device)
        predicted = self._unet(self._tensor(torch.as_tensor(latents)), now, heard).sample
        picture = self._vae.decode(predicted / LATENT_SCALE).sample.float()
        levels = (picture / 2 + 0.5).clamp(0, 1).mul(255).round().to(torch.uint8)
        return levels.permute(0, 2, 3, 1).cpu().numpy()  # type: ignore[no-any-return]

    def _tokens(self, num_tokens: int, width: int) -> Tensor:
        if self._positions is None:
            self._positions = self._tensor(sinusoids(num_tokens, width))
        return self._positions

    def _tensor(self, values: Tensor) -> Tensor:
        return values.to(self._device, DTYPES[self._number])

    def _placed(self, module: Any) -> Any:
        return module.to(self._device, DTYPES[self._number])

    def _in_batches(self, count: int, work: Callable[[slice], T]) -> Iterator[T]:
        at = 0
        while at < count:
            part = slice(at, min(at + self._batch, count))
            try:
                with torch.inference_mode():
                    done = work(part)
            except (MemoryError, RuntimeError) as error:
                if not is_no_memory(error):
                    raise
                raise OutOfMemoryError(NAME, f"out of memory on {self._device}") from None
            yield done
            at = part.stop
