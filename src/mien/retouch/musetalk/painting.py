"""Faces made latents, and latents made faces that say what is heard."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import Tensor, nn

from mien.errors import MienWarning
from mien.nets.musetalk.params import LATENT_SCALE
from mien.nets.musetalk.positions import sinusoids
from mien.nets.musetalk.reduced import reduce_unet, reduce_vae
from mien.retouch.musetalk.batches import Batches
from mien.retouch.musetalk.devices import Number, dtype_of, place
from mien.retouch.musetalk.memory import held_mb, working_mb
from mien.retouch.musetalk.modules import Modules
from mien.types import Floats, Image


class Painter:
    """The autoencoder and the UNet on a device. It takes the modules over, and changes them.

    What half precision spoils is done again in float32, with a MienWarning, and so is all after it.
    side: of the pictures, pixels. number: the kind that it works with.
    """

    def __init__(
        self, modules: Modules, device: str, number: Number, batch: int, *, compiled: bool = False
    ) -> None:
        self.side = int(modules.vae.config.sample_size)
        self._device, self.number = torch.device(device), number
        self._batches = Batches(batch, self._device)
        self._unet, self._vae, self._tiny = modules.unet, modules.vae, modules.tiny
        if self._tiny is not None:
            self._vae.decoder = nn.Identity()  # it would take room and do nothing
        reduce_unet(self._unet)
        reduce_vae(self._vae)
        self._place()
        if compiled:
            self._unet.compile()
            self._vae.decoder.compile()

    @property
    def memory_mb(self) -> int:
        """What the weights take, and what a batch needs beside them: as it was seen, on a card,
        else by the sizes of the networks."""
        working = working_mb(self._vae.config, self.number, self._batches.size)
        return held_mb(self.networks) + (self._batches.peak_mb or working)

    def close(self) -> None:
        """Give the memory back."""
        del self._unet, self._vae, self._tiny
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    @property
    def networks(self) -> list[nn.Module]:
        """What works here."""
        return [each for each in (self._unet, self._vae, self._tiny) if each is not None]

    def encode(self, crops: Image) -> Tensor:
        """(N, S, S, 3) -> (N, 8, s, s) float32 in main memory: latents of the face whose lower
        half is hidden, then of the whole one; the most likely of each."""
        parts = self._batches.run("reading", len(crops), lambda part: self._encoded(crops[part]))
        return torch.cat([self._no_latents(), *parts])

    def paint(self, latents: Tensor, prompts: Floats) -> Image:
        """(N, 8, s, s) and (N, T, C) -> (N, S, S, 3)."""
        parts = self._batches.run(
            "painting", len(latents), lambda part: self._painted(latents[part], prompts[part])
        )
        return np.concatenate([np.zeros((0, self.side, self.side, 3), np.uint8), *parts])

    def _encoded(self, crops: Image) -> Tensor:
        whole = torch.tensor(crops).permute(0, 3, 1, 2) / 127.5 - 1
        hidden = whole.clone()
        hidden[:, :, self.side // 2 :] = -1
        both = self._vae.encode(self._given(torch.cat((hidden, whole)))).latent_dist.mode()
        if self._is_spoilt(both):
            return self._encoded(crops)
        return torch.cat((both.float() * LATENT_SCALE).cpu().chunk(2), dim=1)

    def _painted(self, latents: Tensor, prompts: Floats) -> Image:
        heard = self._given(torch.tensor(prompts) + sinusoids(*prompts.shape[1:]))
        picture = self._decoded(self._unet(self._given(latents), 0, heard).sample)
        if self._is_spoilt(picture):
            return self._painted(latents, prompts)
        levels = picture.float().div_(2).add_(0.5).clamp_(0, 1).mul_(255).round_().to(torch.uint8)
        rows: Image = levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
        return rows

    def _decoded(self, latents: Tensor) -> Tensor:
        """(B, 4, s, s) -> (B, 3, S, S), -1 to 1 and somewhat beyond."""
        if self._tiny is not None:  # it knows latents as the UNet does
            return self._tiny(latents)
        return self._vae.decode(latents / LATENT_SCALE).sample

    def _is_spoilt(self, result: Tensor) -> bool:
        """Whether half precision was not enough for it; if so it is not used any more."""
        if self.number == "fp32" or bool(result.isfinite().all()):
            return False
        problem = f"{self.number} on {self._device} gave numbers that are none; going on in fp32"
        warnings.warn(f"musetalk: {problem}, which is slower", MienWarning, stacklevel=2)
        self.number = "fp32"
        self._place()
        return True

    def _place(self) -> None:
        for network in self.networks:
            place(network, self._device, self.number)

    def _no_latents(self) -> Tensor:
        config = self._vae.config
        side = self.side // 2 ** (len(config.block_out_channels) - 1)
        return torch.zeros(0, 2 * config.latent_channels, side, side)

    def _given(self, values: Tensor) -> Tensor:
        return values.to(self._device, dtype_of(self.number))
