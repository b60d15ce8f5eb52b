"""Taking the tracker's tremble out of motion.

Files are smoothed without delay in time: each frame becomes a mean of the frames around it, in
which those that differ by more than tremble count little, so that a blink stays a blink. Live
motion cannot look ahead: :class:`OneEuro` follows slowly while still and fast while moving.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.motion.blending import mean_rotation
from mien.motion.blendshapes.eyes import IRISES, LOWER_LIDS, UPPER_LIDS
from mien.types import Floats, MotionFrame

_SPREAD_S = 0.045
"""Standard deviation of the window at strength 1."""
_REACH = 2.0
_MOST_AHEAD = 12
"""The window reaches two standard deviations, and never further than this many frames."""

# What counts as tremble: changes beyond these are motion. The tracker's noise is .1 to .25 % of
# the face's width and .05 to .34 degrees.
_LANDMARK_TREMBLE = 0.012
_EYE_TREMBLE = 0.007
_ROTATION_TREMBLE = 0.014
_PLACE_TREMBLE = 0.012
_WEIGHT_TREMBLE = 0.05


def smooth_motion(
    frames: Iterable[MotionFrame], rate: Fraction, strength: float = 1.0
) -> Iterator[MotionFrame]:
    """The same frames, steadier, each at its own time; pixels are passed on untouched.

    strength: 0 = unchanged, 1 = about 45 ms around each frame. Looks at most 12 frames ahead
    and holds as many behind. At both ends the window shrinks, so the first and the last frame
    stay as they are.
    """
    spread = _SPREAD_S * strength * float(rate)
    reach = min(_MOST_AHEAD, math.ceil(_REACH * spread)) if spread > 0 else 0
    if reach == 0:
        yield from frames
        return
    # past + present + future; frames before the start and after the end are not there
    window: deque[MotionFrame] = deque(maxlen=2 * reach + 1)
    place = -1  # of the present in the window, once `reach` frames lie ahead
    for frame in frames:
        window.append(frame)
        if len(window) > reach:
            place = len(window) - 1 - reach
            yield _smoothed(window, place, reach, spread)
    for late in range(place + 1, len(window)):
        yield _smoothed(window, late, reach, spread)


def _smoothed(window: Sequence[MotionFrame], place: int, reach: int, spread: float) -> MotionFrame:
    reach = min(reach, place, len(window) - 1 - place)
    if reach == 0:
        return window[place]
    around = [window[place + k] for k in range(-reach, reach + 1)]
    near = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    return _weighted(around, window[place], near.astype(np.float32))


def _weighted(around: Sequence[MotionFrame], now: MotionFrame, near: Floats) -> MotionFrame:
    rotations = [f.rotation for f in around]
    turned = np.sqrt(((np.stack(rotations) - now.rotation) ** 2).sum((1, 2)) / 2.0)
    places = np.array([(*f.translation, f.scale) for f in around])
    shifted = np.linalg.norm(places - places[len(around) // 2], axis=1)
    place = _mean(places, near * _alike(shifted, _PLACE_TREMBLE))
    weights = np.stack([f.blendshapes for f in around])
    change = np.abs(weights - now.blendshapes)
    rotation_share = near * _alike(turned, _ROTATION_TREMBLE)
    return replace(
        now,
        rotation=mean_rotation(rotations, rotation_share / rotation_share.sum()),
        translation=place[:2].astype(np.float32),
        scale=float(place[2]),
        blendshapes=_mean(weights, near[:, None] * _alike(change, _WEIGHT_TREMBLE)),
        landmarks=_landmarks(around, now.landmarks, near),
    )


def _landmarks(around: Sequence[MotionFrame], now: Floats | None, near: Floats) -> Floats | None:
    known = [f.landmarks for f in around if f.landmarks is not None]
    if now is None or len(known) < len(around):
        return now
    stack = np.stack(known)
    moved = stack - now
    change = np.sqrt((moved * moved) @ _ONES)
    share = near[:, None] * _alike(change, _TREMBLE)
    return np.asarray(now + (moved * (share / share.sum(axis=0))[..., None]).sum(axis=0))


def _alike(change: Floats, tremble: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * (change / tremble) ** 2))


def _mean(values: Floats, weights: Floats) -> Floats:
    weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
    mean = (values * weights).sum(axis=0) / weights.sum(axis=0)
    return np.asarray(mean, np.float32)


def _landmark_tremble() -> Floats:
    tremble = np.full(NUM_LANDMARKS, _LANDMARK_TREMBLE, np.float32)
    for eyes in (IRISES, LOWER_LIDS, UPPER_LIDS):
        tremble[eyes] = _EYE_TREMBLE
    return tremble


_TREMBLE = _landmark_tremble()
_ONES = np.ones(3, np.float32)  # sums three coordinates much faster than sum(axis=2) does


class OneEuro:
    """The One-Euro filter (Casiez, Roussel, Vogel 2012) for arrays of any shape.

    min_cutoff: hertz while nothing moves; lower is steadier. beta: how much faster it follows
    per unit of speed. speed_cutoff: hertz, of the speed's own filter. from_given: whether speed is
    how far a value lies from the last one as it was given, as in the paper, rather than from the
    last one as it was filtered, which catches up sooner.
    """

    def __init__(
        self,
        *,
        min_cutoff: float = 1.5,
        beta: float = 0.6,
        speed_cutoff: float = 1.0,
        from_given: bool = False,
    ) -> None:
        self._min_cutoff = min_cutoff
        self._beta = beta
        self._speed_cutoff = speed_cutoff
        self._from_given = from_given
        self.reset()

    def reset(self) -> None:
        """Forget the past; the next value is taken as it is."""
        self._time_s = -math.inf
        self._value: Floats = np.zeros(())
        self._given: Floats = np.zeros(())
        self._speed: Floats = np.zeros(())

    def __call__(self, value: Floats, time_s: float) -> Floats:
        """The filtered value at a time later than the last one's; an earlier one starts anew."""
        step_s = time_s - self._time_s
        if not 0.0 < step_s < math.inf:
            self._value, self._speed = np.asarray(value), np.zeros_like(value)
        else:
            speed = (value - (self._given if self._from_given else self._value)) / step_s
            self._speed = self._speed + _share(self._speed_cutoff, step_s) * (speed - self._speed)
            cutoff = self._min_cutoff + self._beta * np.abs(self._speed)
            self._value = self._value + _share(cutoff, step_s) * (value - self._value)
        self._time_s, self._given = time_s, np.asarray(value)
        return self._value


def _share(cutoff: Floats | float, step_s: float) -> Floats:
    """Of a new value in a low-pass filter."""
    turned = 2.0 * np.pi * np.asarray(cutoff) * step_s
    return np.asarray(turned / (turned + 1.0))
