"""Ways to run PersonaLive's networks, one beside the other: the engine's, and the libraries' own.

Imports torch.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Protocol

import torch
from torch import Tensor

from mien.engines.personalive.modules import Modules
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.pictures import clip_pixels, planes, resized, rows
from mien.engines.personalive.window import Frames
from mien.nets.personalive.keypoints import EXTRACTOR_SIDE, crop_faces, draw, face_boxes
from mien.nets.personalive.params import LATENT_SCALE
from mien.nets.personalive.references import Condition, Told, reference_tokens
from mien.types import Image
from mien.weights.memory import give_back


class Way(Protocol):
    """A way to run the networks, on a device."""

    device: torch.device

    def look(self, portrait: Image) -> tuple[Tensor, Any]:
        """Latents (4, h, w) of a portrait, and what is known of it."""
        ...

    def heads(self, pictures: Image) -> Any:
        """How heads are held."""
        ...

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor:
        """What faces do, (4, 32, 16)."""
        ...

    def pose(self, keypoints: Tensor, side: int) -> Tensor:
        """Where heads are, (4, C, h, w)."""
        ...

    def denoise(self, latents: Tensor, timesteps: Tensor, frames: Frames, known: Any) -> Tensor:
        """The noise in latents (16, 4, h, w)."""
        ...

    def paint(self, latents: Tensor) -> Image:
        """Pictures of latents (4, 4, h, w)."""
        ...


class Ours:
    """The networks as the engine runs them."""

    def __init__(self, networks: PersonaLiveNetworks) -> None:
        self._networks, self.device = networks, networks.device
        self.heads, self.motion, self.pose = networks.heads, networks.motion, networks.pose
        self.denoise, self.paint = networks.denoise, networks.paint

    def look(self, portrait: Image) -> tuple[Tensor, Condition]:
        reference = self._networks.read_reference(portrait)
        known = self._networks.condition(reference.clip, reference.tokens)
        return reference.latents.to(self.device), known


class Plain:
    """What upstream does: the libraries' layers as they are, in float32, told of the portrait anew
    in every call. The decoder is always the full one."""

    def __init__(self, modules: Modules, device: str) -> None:
        self.device = torch.device(device)
        self._modules = modules
        self._move(self.device)

    def close(self) -> None:
        """The modules are where they were, for others."""
        self._move(torch.device("cpu"))
        give_back()

    def look(self, portrait: Image) -> tuple[Tensor, tuple[Tensor, tuple[Tensor, ...]]]:
        modules, picture = self._modules, self._planes(portrait[None])
        latents = modules.vae.encode(picture).latent_dist.mode() * LATENT_SCALE
        pixels = clip_pixels(picture, modules.image_encoder.config.image_size)
        clip = modules.image_encoder(pixel_values=pixels).image_embeds[:, None]
        return latents[0], (clip, reference_tokens(modules.reference_unet, latents, clip))

    def heads(self, pictures: Image) -> Any:
        small = resized(self._planes(pictures), EXTRACTOR_SIDE)
        return self._modules.motion_extractor(small / 2 + 0.5)

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor:
        faces = crop_faces(self._planes(pictures), face_boxes(keypoints, pictures.shape[1]))
        motion: Tensor = self._modules.motion_encoder(faces)
        return motion

    def pose(self, keypoints: Tensor, side: int) -> Tensor:
        pose: Tensor = self._modules.pose_guider(draw(keypoints.to(self.device), side))
        return pose

    def denoise(self, latents: Tensor, timesteps: Tensor, frames: Frames, known: Any) -> Tensor:
        clip, tokens = known
        unet = self._modules.denoising_unet
        told = unet.condition(clip, [tokens], kind=Told)
        noise: Tensor = unet(latents, timesteps.to(self.device), *frames, told)
        return noise

    def paint(self, latents: Tensor) -> Image:
        return rows(self._modules.vae.decode(latents / LATENT_SCALE).sample)

    def _planes(self, pictures: Image) -> Tensor:
        return planes(pictures, self.device)

    def _move(self, device: torch.device) -> None:
        for each in fields(self._modules):
            if (network := getattr(self._modules, each.name)) is not None:
                network.to(device)
