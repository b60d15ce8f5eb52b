"""Heads held steady: what the networks say of a head is restless.

Each way turns poses (n, 7), as :class:`mien.drivers.joyvasa.coefficients.Decoded` has them, into
places (n, 4), scale and translation, and rotations (n, 3, 3), camera from head; the frames of a
motion in order, in whatever portions.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mien.drivers.joyvasa.settings import PoseSmoothing
from mien.motion.blending import mean_rotation
from mien.motion.keypoints import rotations_from_degrees
from mien.motion.smoothing import OneEuro
from mien.nets.joyvasa.params import FRAMES_PER_S
from mien.types import Floats

_UPSTREAM_SHARE = 0.01
"""Of a new frame: the head takes four seconds to be where it was told to be."""
_MIN_CUTOFF_HZ, _FASTER = 0.6, 2.0
"""A head at rest is held by the first; the second lets it turn."""
_PLACE = 4


class Steadying(Protocol):
    """One way, for one motion."""

    def steady(self, poses: Floats) -> tuple[Floats, Floats]:
        """The next frames: places (n, 4) and rotations (n, 3, 3)."""
        ...


class AsTold:
    """The poses as they are."""

    def steady(self, poses: Floats) -> tuple[Floats, Floats]:
        """See :class:`Steadying`."""
        return poses[:, :_PLACE], rotations_from_degrees(poses[:, _PLACE:])


class UpstreamMean:
    """JoyVASA's own: a running mean of all seven numbers from the first frame on."""

    def __init__(self) -> None:
        self._mean: Floats | None = None

    def steady(self, poses: Floats) -> tuple[Floats, Floats]:
        """See :class:`Steadying`."""
        steadied = np.array([self._next(pose) for pose in poses.astype(np.float64)])
        return AsTold().steady(steadied)

    def _next(self, pose: Floats) -> Floats:
        before = pose if self._mean is None else self._mean
        self._mean = np.asarray(_UPSTREAM_SHARE * pose + (1.0 - _UPSTREAM_SHARE) * before)
        return self._mean


class OneEuroPoses:
    """Ours: slow to follow while the head rests, quick while it moves. Rotations are filtered as
    matrices, which know no jump from 180 to -180 degrees, and made rotations again."""

    def __init__(self) -> None:
        self._filter = OneEuro(min_cutoff=_MIN_CUTOFF_HZ, beta=_FASTER, from_given=True)
        self._num_seen = 0

    def steady(self, poses: Floats) -> tuple[Floats, Floats]:
        """See :class:`Steadying`."""
        places, rotations = AsTold().steady(poses)
        numbers = np.concatenate([places, rotations.reshape(-1, 9)], axis=1).astype(np.float64)
        steadied = np.array([self._next(row) for row in numbers])
        matrices = steadied[:, _PLACE:].reshape(-1, 3, 3)
        return steadied[:, :_PLACE], np.array([mean_rotation([m], np.ones(1)) for m in matrices])

    def _next(self, row: Floats) -> Floats:
        time_s = self._num_seen / FRAMES_PER_S
        self._num_seen += 1
        return self._filter(row, time_s)


def steadying(name: PoseSmoothing) -> Steadying:
    """The way of this name, for a new motion."""
    ways: dict[PoseSmoothing, type[Steadying]] = {
        "mien": OneEuroPoses,
        "upstream": UpstreamMean,
        "none": AsTold,
    }
    return ways[name]()
