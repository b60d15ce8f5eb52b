"""Steps of PersonaLive's networks, each measured by itself.

Imports torch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from mien.engines.personalive.modules import Modules
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.pictures import clip_pixels, planes, resized, rows
from mien.engines.personalive.window import Frames
from mien.engines.settings import EngineSettings
from mien.nets.personalive.keypoints import EXTRACTOR_SIDE, crop_faces, draw, face_boxes
from mien.nets.personalive.params import CHUNK_FRAMES, LATENT_SCALE, NUM_LEVELS, WINDOW_FRAMES
from mien.nets.personalive.references import Condition, Told, reference_tokens
from mien.nets.personalive.schedule import Schedule
from mien.types import Image
from mien.weights.memory import give_back

T = TypeVar("T")
_COARSE_PX = 8


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds, the best of all rounds.

    portrait_ms: of all that is known of a portrait, once. heads_ms, motion_ms, pose_ms: of the
    driver's next four pictures. unet_ms: of one call for 16 frames. vae_ms: of painting four.
    chunk_ms: of four frames, one after the other, with as many calls as the settings ask for.
    """

    portrait_ms: float
    heads_ms: float
    motion_ms: float
    pose_ms: float
    unet_ms: float
    vae_ms: float
    chunk_ms: float


@dataclass(frozen=True, slots=True)
class Material:
    """What networks are measured with: pictures (S, S, 3) and (4, S, S, 3), coarse noise, about as
    lively as faces; keypoints (4, 21, 3); noise (16, 4, h, w); how often the network is called for
    a chunk."""

    portrait: Image
    driver: Image
    keypoints: Tensor
    noise: Tensor
    schedule: Schedule
    num_calls: int

    @classmethod
    def of(cls, settings: EngineSettings, side: int) -> Material:
        """The same every time; ``side``: of the pictures, a multiple of 64."""
        numbers = np.random.default_rng(0)
        across = side // _COARSE_PX
        shape = (1 + CHUNK_FRAMES, across, across, 3)
        coarse = numbers.integers(0, 256, shape, dtype=np.uint8)
        pictures = coarse.repeat(_COARSE_PX, axis=1).repeat(_COARSE_PX, axis=2)
        keypoints = numbers.uniform(-0.5, 0.5, (CHUNK_FRAMES, 21, 3))
        noise = numbers.standard_normal((WINDOW_FRAMES, 4, across, across))
        schedule = Schedule(settings.steps)
        guided = 2 if settings.guidance > 1 else 1
        return cls(
            pictures[0],
            pictures[1:],
            torch.from_numpy(keypoints).float(),
            torch.from_numpy(noise).float(),
            schedule,
            guided * len(schedule.calls),
        )


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


def measured(way: Way, material: Material, rounds: int) -> tuple[Costs, Image]:
    """What each step takes, and the chunk (4, S, S, 3) that came of them."""
    best = _Stopwatch(way.device, rounds).best
    side, schedule = material.portrait.shape[0], material.schedule
    with torch.inference_mode():
        portrait_ms, (latents, known) = best(lambda: way.look(material.portrait))
        heads_ms, _ = best(lambda: way.heads(material.driver))
        motion_ms, motion = best(lambda: way.motion(material.driver, material.keypoints))
        pose_ms, pose = best(lambda: way.pose(material.keypoints, side))
        frames = Frames(
            *(each.repeat(NUM_LEVELS, *[1] * (each.dim() - 1)) for each in (motion, pose))
        )
        call = schedule.calls[0]
        noise = material.noise.to(latents)
        window = schedule.noised(latents.expand_as(noise), noise, call.timesteps)
        unet_ms, predicted = best(lambda: way.denoise(window, call.timesteps, frames, known))
        _, clean = schedule.step(window, predicted, call)
        vae_ms, drawn = best(lambda: way.paint(clean[:CHUNK_FRAMES]))
    of_chunk = heads_ms + motion_ms + pose_ms + material.num_calls * unet_ms + vae_ms
    spent = (portrait_ms, heads_ms, motion_ms, pose_ms, unet_ms, vae_ms, of_chunk)
    return Costs(*(round(each, 3) for each in spent)), drawn


class _Stopwatch:
    def __init__(self, device: torch.device, rounds: int) -> None:
        self._device, self._rounds = device, rounds

    def best(self, work: Callable[[], T]) -> tuple[float, T]:
        """Milliseconds of the fastest of so many, after one that does not count, and what it made
        last."""
        made, least = self._done(work), math.inf
        for _ in range(self._rounds):
            start = time.perf_counter()
            made = self._done(work)
            least = min(least, 1000 * (time.perf_counter() - start))
        return least, made

    def _done(self, work: Callable[[], T]) -> T:
        made = work()
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return made
