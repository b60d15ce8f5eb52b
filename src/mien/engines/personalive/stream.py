"""A portrait under one driver: pictures in, pictures out, four at a time."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mien.engines.personalive.base import Networks
from mien.engines.personalive.following import Follow, HeadFollower
from mien.engines.personalive.key_frames import KeyFrames
from mien.engines.personalive.noise import Draw, seeded
from mien.engines.personalive.options import DEFAULT_OPTIONS, StreamOptions
from mien.engines.personalive.references import Reference
from mien.engines.personalive.window import Frames, Window
from mien.nets.personalive.keypoints import keypoints_of, lead_in_weights
from mien.nets.personalive.params import CHUNK_FRAMES, LEAD_IN_FRAMES
from mien.nets.personalive.references import Condition
from mien.nets.personalive.schedule import Schedule
from mien.types import Image


class Stream:
    """What it draws depends on its own pictures and options alone, whatever else the networks are
    used for. Its memory is the same however long it goes on. One thread at a time."""

    def __init__(
        self,
        networks: Networks,
        reference: Reference,
        options: StreamOptions = DEFAULT_OPTIONS,
        *,
        rest: Image | None = None,
        follow: Callable[[], Follow] | None = None,
        noise: Callable[[], Draw] | None = None,
    ) -> None:
        """rest: the driver's picture at rest (P, P, 3), None for the first that comes. follow,
        noise: make what is used in the place of a :class:`HeadFollower` and of the seed's noise,
        each time that the stream begins."""
        self._networks, self._reference, self._options = networks, reference, options
        self._schedule = Schedule(options.steps)
        self._make_follow = follow or (lambda: HeadFollower(networks, reference, rest))
        self._make_draw = noise or (lambda: seeded(options.seed, reference.latents))
        self._portrait = networks.condition(reference.clip, reference.tokens)
        self._motion = reference.motion.to(networks.device)
        self._unguided = self._nobody() if options.guidance != 1 else None
        self.reset()

    def reset(self) -> None:
        """Begin again: what comes next is the first, and as it would have been."""
        self._follow, self._draw = self._make_follow(), self._make_draw()
        self._keys = KeyFrames(self._motion, distance=self._options.key_distance)
        self._known = self._portrait
        self.window: Window | None = None
        """The frames that are on their way; None before the first step."""

    @property
    def num_key_frames(self) -> int:
        """How many of its own frames it remembers beside the portrait, 0 to 3."""
        return self._keys.count

    def step(self, pictures: Image) -> Image:
        """The driver's next four pictures (4, P, P, 3) -> four frames (4, S, S, 3), which show the
        pictures of three steps before. Those of the first three steps show the portrait's way to
        the driver's first pose."""
        chunk = self._seen(pictures)
        if self.window is None:
            portrait = self._reference.latents.to(self._networks.device)
            lead_in = chunk.first(LEAD_IN_FRAMES)
            self.window = Window(portrait, self._draw, self._schedule, lead_in)
        oldest = self.window.frames.motion[:1]
        latents = self.window.push(chunk.last(CHUNK_FRAMES), self._noise)
        painted = self._networks.paint(latents)
        if self._keys.take(oldest):
            self._remember(latents[0])
        return painted

    def _seen(self, pictures: Image) -> Frames:
        """What the pictures ask for, after the lead-in where there is nothing before."""
        followed = self._follow(pictures)
        motion = self._networks.motion(pictures, followed.driver)
        if self.window is None:
            weights = lead_in_weights().to(motion)[:, None, None]
            motion = torch.cat((self._motion.lerp(motion[:1], weights), motion))
        return Frames(motion, self._networks.pose(followed.portrait, self._reference.side))

    def _noise(self, latents: Tensor, timesteps: Tensor, frames: Frames) -> Tensor:
        guided = self._networks.denoise(latents, timesteps, frames, self._known)
        if self._unguided is None:
            return guided
        still, nothing = self._unguided
        repeated = still.repeated(len(latents))
        unguided = self._networks.denoise(latents, timesteps, repeated, nothing)
        return unguided.lerp(guided, self._options.guidance)

    def _remember(self, latents: Tensor) -> None:
        """A finished frame, beside the portrait."""
        seen = self._networks.tokens(latents, self._reference.clip)
        self._known = self._networks.extended(self._known, seen)

    def _nobody(self) -> tuple[Frames, Condition]:
        """What guidance leads away from: the portrait's own motion and pose, and nothing known of
        how it looks. As upstream."""
        keypoints = keypoints_of(self._reference.head)
        pose = self._networks.pose(keypoints, self._reference.side)
        nothing = self._networks.condition(torch.zeros_like(self._reference.clip))
        return Frames(self._motion, pose), nothing
