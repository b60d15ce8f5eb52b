"""PersonaLive's networks, each at its work.

Imports torch.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.engines.personalive.compiling import check_compiling, compile_network
from mien.engines.personalive.limits import Limits
from mien.engines.personalive.modules import Modules, require_neural
from mien.engines.personalive.pictures import clip_pixels, planes, resized, rows
from mien.engines.personalive.places import Places, Residents, Turns
from mien.engines.personalive.precision import DTYPES, number_of, place, tensors_of
from mien.engines.personalive.references import Reference, heads_on
from mien.engines.personalive.window import Frames
from mien.engines.settings import EngineSettings
from mien.nets.personalive.keypoints import (
    EXTRACTOR_SIDE,
    Heads,
    crop_faces,
    draw,
    face_boxes,
    keypoints_of,
    read_heads,
)
from mien.nets.personalive.params import CHUNK_FRAMES, LATENT_SCALE
from mien.nets.personalive.references import Condition, reference_tokens
from mien.types import Image
from mien.weights.devices import device_of
from mien.weights.memory import give_back


class PersonaLiveNetworks:
    """Ready on a device. They hold nothing of what they are called with: any number of streams may
    use them in turn, from one thread at a time.

    Pictures are RGB and square; the side of those that are encoded or painted is a multiple of 64.
    Tensors that are given may be anywhere, those that are returned are on the device, in float32 if
    nothing else is said. All methods raise OutOfMemoryError naming what takes less, and
    EngineUnavailableError where numbers are none.
    """

    def __init__(self, modules: Modules, settings: EngineSettings, *, rounded: bool = True) -> None:
        """The modules are taken over: changed, and not to be used for anything else. rounded:
        whether what the reference UNet sees is kept in float16, as upstream does with any
        precision.

        Raises OptionError for a device or a precision that is not there, EngineUnavailableError
        naming the package that is missing.
        """
        require_neural()
        self.device = torch.device(device_of(settings.device))
        self.number = number_of(settings.precision, str(self.device))
        """The kind of number that they work in: ``fp32``, ``fp16`` or ``bf16``."""
        check_compiling(settings, str(self.device))
        self._modules, self._rounded = modules, rounded
        self._limits = Limits(settings, str(self.device), self.number)
        offload = settings.offload and self.device.type != "cpu"
        self._painted_at_once = 1 if offload else CHUNK_FRAMES
        with self._limits.kept("loading the networks"):
            self._places = self._placed(offload=offload, compiled=settings.compiled)

    @property
    def memory_mb(self) -> int:
        """What their weights take together, megabytes of 2^20 bytes."""
        tensors = [own for each in self._networks for own in tensors_of(each)]
        return int(sum(own.numel() * own.element_size() for own in tensors) / 2**20) + 1

    def close(self) -> None:
        """Give memory back; the networks are not used afterwards."""
        del self._modules, self._places
        give_back()

    def read_reference(self, picture: Image) -> Reference:
        """All that depends on a portrait (S, S, 3) alone."""
        latents = self.encode(picture)
        clip = self.embed(clip_pixels(self._planes(picture[None]), self._clip_side))
        head = self.heads(picture[None])
        return Reference(
            latents=latents.cpu(),
            clip=clip.cpu(),
            tokens=tuple(each.cpu() for each in self.tokens(latents, clip)),
            motion=self.motion(picture[None], keypoints_of(head)).cpu(),
            head=heads_on("cpu", head),
        )

    def encode(self, picture: Image) -> Tensor:
        """The most likely latents (4, S/8, S/8) of a picture (S, S, 3)."""
        vae = self._modules.vae
        with self._working(vae, "reading the portrait"):
            spread = vae.encode(self._given(self._planes(picture[None]))).latent_dist
            return self._finite(spread.mode()[0].float() * LATENT_SCALE)

    def embed(self, pixels: Tensor) -> Tensor:
        """One token (1, 1, D) of a picture as CLIP reads it, (1, 3, R, R)."""
        encoder = self._modules.image_encoder
        with self._working(encoder, "reading the portrait"):
            token = encoder(pixel_values=self._given(pixels)).image_embeds
            return self._finite(token[:, None].float())

    def tokens(self, latents: Tensor, clip: Tensor) -> tuple[Tensor, ...]:
        """What the reference UNet sees in latents (4, h, w) of a picture of the portrait with this
        token: (1, L, C) for each of its transformers, in float16 if they are rounded."""
        unet = self._modules.reference_unet
        with self._working(unet, "looking at the portrait"):
            seen = reference_tokens(
                unet, self._given(latents[None]), self._given(clip), rounded=self._rounded
            )
            return tuple(map(self._finite, seen))

    def heads(self, pictures: Image) -> Heads:
        """How the heads in pictures (B, P, P, 3) are held. Always computed in float32."""
        extractor = self._modules.motion_extractor
        with self._working(extractor, "reading heads"):
            small = resized(self._planes(pictures), EXTRACTOR_SIDE)
            return read_heads(extractor(small / 2 + 0.5))

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor:
        """What the faces do in pictures (B, P, P, 3), whose own keypoints (B, 21, 3) say where they
        are: (B, 32, 16)."""
        encoder = self._modules.motion_encoder
        with self._working(encoder, "reading faces"):
            faces = crop_faces(self._planes(pictures), face_boxes(keypoints, pictures.shape[1]))
            return encoder(self._given(faces)).float()

    def pose(self, keypoints: Tensor, side: int) -> Tensor:
        """What keypoints (B, 21, 3) are to a picture of a side: (B, C, side/8, side/8)."""
        guider = self._modules.pose_guider
        with self._working(guider, "drawing keypoints"):
            return guider(self._given(draw(keypoints.to(self.device), side))).float()

    def condition(self, clip: Tensor, *seen: tuple[Tensor, ...]) -> Condition:
        """What the denoising UNet is told of a portrait: its token, and what is seen in pictures of
        it. Of no portrait: zeros, and no picture."""
        unet = self._modules.denoising_unet
        with self._working(unet, "preparing the portrait"):
            told: Condition = unet.condition(self._given(clip), seen)
            return told

    def extended(self, condition: Condition, seen: tuple[Tensor, ...]) -> Condition:
        """The same with one picture more."""
        unet = self._modules.denoising_unet
        with self._working(unet, "remembering a key frame"):
            more: Condition = unet.extended(condition, seen)
            return more

    def denoise(
        self, latents: Tensor, timesteps: Tensor, frames: Frames, condition: Condition
    ) -> Tensor:
        """The noise in latents (F, 4, h, w) of frames at their timesteps (F,)."""
        unet = self._modules.denoising_unet
        with self._working(unet, f"drawing {_size(latents)}"):
            given = [self._given(each) for each in (latents, *frames)]
            return unet(given[0], timesteps.to(self.device), *given[1:], condition).float()

    def paint(self, latents: Tensor) -> Image:
        """Pictures (F, S, S, 3) of latents (F, 4, h, w)."""
        decoder = self._modules.tiny or self._modules.vae
        parts = latents.split(self._painted_at_once)
        with self._working(decoder, f"painting {_size(parts[0])}"):
            return np.concatenate([rows(self._finite(self._decoded(part))) for part in parts])

    def _decoded(self, latents: Tensor) -> Tensor:
        """-1 to 1 and somewhat beyond."""
        if self._modules.tiny is not None:  # it knows latents as the UNet does
            return self._modules.tiny(self._given(latents))
        return self._modules.vae.decode(self._given(latents / LATENT_SCALE)).sample

    @contextmanager
    def _working(self, network: Any, doing: str) -> Generator[None]:
        with self._limits.kept(doing), self._places.working(network):
            yield

    def _placed(self, *, offload: bool, compiled: bool) -> Places:
        modules = self._modules
        if modules.tiny is not None:
            modules.vae.decoder = nn.Identity()  # it would take room and do nothing
        home = torch.device("cpu") if offload else self.device
        for network in self._networks:
            exact = network is modules.motion_extractor  # places in pictures need the digits
            place(network, home, "fp32" if exact else self.number)
        if offload:
            return Turns(self._networks, self.device)
        if compiled:
            compile_network(modules.denoising_unet)
            compile_network(modules.tiny or modules.vae.decoder)
        return Residents()

    @property
    def _networks(self) -> list[Any]:
        every = (getattr(self._modules, each.name) for each in fields(self._modules))
        return [each for each in every if each is not None]

    @property
    def _clip_side(self) -> int:
        return int(self._modules.image_encoder.config.image_size)

    def _planes(self, pictures: Image) -> Tensor:
        return planes(pictures, self.device)

    def _given(self, values: Tensor) -> Tensor:
        return values.to(self.device, DTYPES[self.number])

    def _finite(self, result: Tensor) -> Tensor:
        return self._limits.finite(result)


def _size(latents: Tensor) -> str:
    side = 8 * latents.shape[-1]
    return f"{len(latents)} frames of {side} x {side}"
