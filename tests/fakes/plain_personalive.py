"""PersonaLive's stream as its description says it, one step after the other: no window, nothing
computed once, attention to own and other tokens put side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mien.engines.personalive.modules import Modules
from mien.nets.personalive.keypoints import draw, face_boxes
from mien.nets.personalive.references import Told
from mien.types import Image

SCALE = 0.18215


@dataclass(frozen=True, slots=True)
class Given:
    """What a run is given: pictures (S, S, 3) and (4, P, P, 3) each, keypoints of the portrait
    (1, 21, 3), of the driver's chunks and of the portrait under them (4, 21, 3) each; noise of the
    first twelve frames and of each chunk."""

    portrait: Image
    chunks: Sequence[Image]
    portrait_keypoints: Tensor
    driver_keypoints: Sequence[Tensor]
    moved_keypoints: Sequence[Tensor]
    first_noise: Tensor
    noise: Sequence[Tensor]
    distance: float


@dataclass(slots=True)
class Piles:
    """Chunks in flight, the oldest first."""

    latents: deque[Tensor] = field(default_factory=deque)
    motion: deque[Tensor] = field(default_factory=deque)
    pose: deque[Tensor] = field(default_factory=deque)


class PlainStream:
    """Draws the whole of what it is given. Uses the modules as they are, in float32."""

    @torch.no_grad()
    def __init__(self, modules: Modules, given: Given, clip_pixels: Tensor) -> None:
        self.modules, self.given = modules, given
        betas = torch.linspace(0.00085**0.5, 0.02**0.5, 1000) ** 2
        self.alpha_bars = torch.cumprod(1 - betas, 0)
        self.latents = modules.vae.encode(signed([given.portrait])).latent_dist.mean * SCALE
        self.clip = modules.image_encoder(pixel_values=clip_pixels).image_embeds[:, None]
        self.banks = [self.seen(self.latents)]
        self.added_at: list[int] = []

    @torch.no_grad()
    def run(self) -> Iterator[tuple[Tensor, Tensor]]:
        """For each chunk: pictures (4, 3, S, S), 0..1, and the latents (12, 4, h, w) that stay."""
        given = self.given
        portrait_motion = self.motion([given.portrait], given.portrait_keypoints)
        bank = [portrait_motion.flatten()]
        piles = Piles()
        for level, timestep in enumerate((0, 333, 666)):
            noise = given.first_noise[4 * level : 4 * level + 4]
            piles.latents.append(self.noised(noise, timestep))
        for count, chunk in enumerate(given.chunks):
            driver = self.motion(chunk, given.driver_keypoints[count])
            moved = given.moved_keypoints[count]
            if count == 0:
                for start in (0, 4, 8):
                    part = [(start + each) / 12 for each in range(4)]
                    piles.motion.append(blends(portrait_motion, driver[:1], part))
                    keypoints = blends(given.portrait_keypoints, moved[:1], part)
                    piles.pose.append(self.pose(keypoints))
            piles.latents.append(self.noised(given.noise[count], 999))
            piles.motion.append(driver)
            piles.pose.append(self.pose(moved))
            motion = torch.cat(tuple(piles.motion))
            distance = min(float((motion[0].flatten() - each).norm()) for each in bank)
            clean = self.iterated(piles, motion)
            if count > 8 and len(self.banks) < 4 and distance > given.distance:
                bank.append(motion[0].flatten())
                self.banks.append(self.seen(clean[:1]))
                self.added_at.append(count)
            picture = self.modules.vae.decode(clean / SCALE).sample
            yield (picture / 2 + 0.5).clamp(0, 1), torch.cat(tuple(piles.latents))

    def iterated(self, piles: Piles, motion: Tensor) -> Tensor:
        """One call of the network and one step of DDIM for each chunk; the clean chunk."""
        timesteps = torch.tensor([0] * 4 + [333] * 4 + [666] * 4 + [999] * 4)
        told = self.modules.denoising_unet.condition(self.clip, self.banks, kind=Told)
        latents, pose = torch.cat(tuple(piles.latents)), torch.cat(tuple(piles.pose))
        noise = self.modules.denoising_unet(latents, timesteps, motion, pose, told)
        for number, timestep in enumerate((0, 333, 666, 999)):
            part = slice(4 * number, 4 * number + 4)
            now = self.alpha_bars[timestep]
            before = self.alpha_bars[timestep - 333] if timestep else torch.tensor(1.0)
            clean = (latents[part] - (1 - now).sqrt() * noise[part]) / now.sqrt()
            piles.latents[number] = before.sqrt() * clean + (1 - before).sqrt() * noise[part]
        piles.motion.popleft()
        piles.pose.popleft()
        return piles.latents.popleft()

    def seen(self, latents: Tensor) -> list[Tensor]:
        """What the reference UNet's transformers see before they attend to themselves."""
        found: list[Tensor] = []
        unet = self.modules.reference_unet
        blocks = [each for each in unet.modules() if type(each).__name__ == "BasicTransformerBlock"]
        stages = [*unet.down_blocks, unet.mid_block, *unet.up_blocks]
        attending = [each for each in stages if getattr(each, "attentions", None)]
        assert len(blocks) == sum(len(each.attentions) for each in attending)
        hooks = [
            each.norm1.register_forward_hook(lambda _net, _given, made: found.append(made))
            for each in blocks
        ]
        unet(latents, 0, self.clip)
        for hook in hooks:
            hook.remove()
        return found

    def motion(self, pictures: Any, keypoints: Tensor) -> Tensor:
        """(B, 32, 16)."""
        whole = signed(pictures)
        faces = []
        for picture, box in zip(whole, face_boxes(keypoints, whole.shape[-1]), strict=True):
            left, top, right, bottom = box.tolist()
            face = picture[None, :, top:bottom, left:right]
            faces.append(interpolate(face, (224, 224), mode="bilinear", align_corners=False))
        return self.modules.motion_encoder(torch.cat(faces))

    def pose(self, keypoints: Tensor) -> Tensor:
        """(B, C, h, w)."""
        return self.modules.pose_guider(draw(keypoints, len(self.given.portrait)))

    def noised(self, noise: Tensor, timestep: int) -> Tensor:
        """The portrait's latents."""
        left = self.alpha_bars[timestep]
        return left.sqrt() * self.latents + (1 - left).sqrt() * noise


def signed(pictures: Any) -> Tensor:
    """(B, 3, H, W), -1..1."""
    return torch.stack([torch.from_numpy(each).permute(2, 0, 1) for each in pictures]) / 127.5 - 1


def blends(start: Tensor, end: Tensor, parts: Sequence[float]) -> Tensor:
    """One for each part of the way."""
    return torch.cat([(1 - part) * start + part * end for part in parts])
