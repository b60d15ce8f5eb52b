"""Steps of PersonaLive's networks, each measured by itself.

Imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from mien.engines.personalive.ways import Way
from mien.engines.personalive.window import Frames
from mien.engines.settings import EngineSettings
from mien.nets.personalive.params import CHUNK_FRAMES, NUM_LEVELS, WINDOW_FRAMES
from mien.nets.personalive.schedule import Schedule
from mien.types import Image
from mien.weights.trials import fastest

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
        """Milliseconds of the fastest of so many, and what it made last."""
        seconds, made = fastest(self._rounds, lambda: self._done(work))
        return 1000 * seconds, made

    def _done(self, work: Callable[[], T]) -> T:
        made = work()
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return made
