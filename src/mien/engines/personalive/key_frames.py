"""Which moments of a stream are worth remembering."""

from __future__ import annotations

import torch
from torch import Tensor

FIRST_ITERATION = 9
"""Counted from 0: what is drawn before still comes from the way to the driver's first pose."""
DISTANCE = 17.0
"""Euclidean, of all 512 numbers of a motion."""
MOST = 3


class KeyFrames:
    """The motions that a stream has pictures of, the portrait's first. A frame that moves like none
    of them shows what they do not: its picture is remembered too, until there are three.

    Upstream goes on noting motions after that, which its pictures do not show any more.
    """

    def __init__(self, portrait: Tensor, *, distance: float = DISTANCE) -> None:
        """portrait: (1, 32, 16)."""
        self._known = portrait.float().flatten(1)
        self._distance = distance
        self._iterations = 0

    @property
    def count(self) -> int:
        """Those that were added."""
        return len(self._known) - 1

    def distance(self, motion: Tensor) -> Tensor:
        """Of a motion (1, 32, 16) from the nearest that is known, (): where the motion is, so that
        nobody waits for a card."""
        return torch.cdist(motion.float().flatten(1), self._known).min()

    def take(self, motion: Tensor) -> bool:
        """Whether the oldest frame of the window, of this motion (1, 32, 16), is one to remember.
        Asked once in each iteration; what is taken is known from then on."""
        self._iterations += 1
        if self._iterations <= FIRST_ITERATION or self.count == MOST:
            return False
        if float(self.distance(motion)) <= self._distance:
            return False
        self._known = torch.cat((self._known, motion.float().flatten(1)))
        return True
