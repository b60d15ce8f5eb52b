"""Where a driver takes a portrait's head, and where the driver's own face is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from mien.engines.personalive.base import Networks
from mien.engines.personalive.references import Reference, heads_on
from mien.nets.personalive.keypoints import keypoints_of, lead_in, retarget
from mien.types import Image


class Followed(NamedTuple):
    """Keypoints (F, 21, 3) of the portrait as it is to hold its head, and of the driver (4, 21, 3)
    in the pictures themselves."""

    portrait: Tensor
    driver: Tensor


Follow = Callable[[Image], Followed]
"""What is read of the next pictures (4, P, P, 3) of a driver. The first time the portrait's
keypoints begin with its way to the driver's first pose, twelve frames."""


class HeadFollower:
    """Angles are the driver's, as they are; places in the picture are followed half the way from
    where the driver rests; the head stays as large as it is."""

    def __init__(self, networks: Networks, reference: Reference, rest: Image | None = None) -> None:
        """rest: the driver's picture (P, P, 3) at rest, None for the first one that comes."""
        self._networks = networks
        self._portrait = heads_on(networks.device, reference.head)
        self._rest = None if rest is None else networks.heads(rest[None])
        self._began = False

    def __call__(self, pictures: Image) -> Followed:
        """See :data:`Follow`."""
        drivers = self._networks.heads(pictures)
        if self._rest is None:
            self._rest = drivers.some(slice(1))
        moved = retarget(self._portrait, drivers, self._rest)
        portrait = keypoints_of(moved)
        if not self._began:
            self._began = True
            way = lead_in(self._portrait, moved.some(slice(1)))
            portrait = torch.cat((keypoints_of(way), portrait))
        return Followed(portrait, keypoints_of(drivers))
