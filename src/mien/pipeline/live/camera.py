"""A camera that moves a live face: pictures in, moments out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mien.drivers.neutrality import CLEAR_GAIN, CLEARLY_OFF, neutrality_cost
from mien.drivers.reading import Reading, read_face
from mien.errors import OptionError
from mien.face import MeshTracker
from mien.motion.blendshapes.estimate import estimate_blendshapes
from mien.motion.blendshapes.neutral import neutralise
from mien.motion.moment import NECK, REST, Moment
from mien.motion.pose import Pose, angles_from_rotation
from mien.motion.smoothing import OneEuro
from mien.pipeline.live.fading import Fade
from mien.types import Floats, Image

FADES_S = 0.4
LOST_S = 1.0
"""Without a picture, or a face in it, for so long the face lives on by itself again."""
_CALIBRATES_S = 1.0
"""For so long a more neutral face takes the first one's place as what all is measured against."""
_RESTING = 0.25
"""Of a blendshape, at most: what the neutral face shows of it is the camera's or the face's way to
be, and does not count. More than that is meant."""
_SIDES = (16, 4096)
_MOVES = np.array((10.0, 10.0, 10.0, 0.2, 0.2, 0.1))
"""Degrees, head units and scale that count as much as a whole blendshape in smoothing."""
_SMALLEST = 0.2
_STEADY, _KEEN = 2.0, 4.0
"""One Euro: hertz while nothing moves, and what is added per whole blendshape a second. A blink is
shown one frame late, a trembling eyelid is not."""


class Camera:
    """Follows the largest face in the newest picture. Stepped once per frame."""

    def __init__(self) -> None:
        self._tracker: MeshTracker | None = None
        self._newest: Image | None = None
        self._fade = Fade(FADES_S, FADES_S)
        self._filter = OneEuro(min_cutoff=_STEADY, beta=_KEEN)
        self._seen: Floats | None = None
        self._shown = REST
        self._silent_s = math.inf
        self.recalibrate()

    @property
    def share(self) -> float:
        """0..1, how far the camera has the face."""
        return self._fade.share

    @property
    def shown(self) -> Moment:
        """What the camera's face does, against its neutral one."""
        return self._shown

    def push(self, picture: Image) -> None:
        """The newest picture, RGB; one that nobody has looked at yet is forgotten. Raises
        OptionError for what is no picture."""
        given = np.asarray(picture)
        low, high = _SIDES
        if given.dtype != np.uint8 or given.ndim != 3 or given.shape[2] != 3:
            raise OptionError("picture", "is not RGB; give uint8 of (height, width, 3)")
        if not low <= min(given.shape[:2]) <= max(given.shape[:2]) <= high:
            size = f"{given.shape[1]}x{given.shape[0]}"
            raise OptionError("picture", f"{size} is not between {low} and {high} pixels a side")
        self._newest = given

    def recalibrate(self) -> None:
        """The next faces are neutral ones."""
        self._neutral: _Neutral | None = None
        self._cost, self._calibrated_s = math.inf, 0.0

    def step(self, step_s: float, time_s: float) -> None:
        """The next frame is so much later, at a time: look at the newest picture."""
        picture, self._newest = self._newest, None
        self._silent_s += step_s
        if picture is not None:
            self._look(picture, step_s)
        self._fade.step(step_s, on=self._silent_s < LOST_S)
        if self._seen is not None and self.share > 0.0:
            self._shown = _moment(self._filter(self._seen, time_s))
        elif self.share == 0.0:
            self._filter.reset()

    def _look(self, picture: Image, step_s: float) -> None:
        if self._tracker is None:
            self._tracker = MeshTracker()
        faces = self._tracker.track(picture)
        if not faces:
            return
        reading = read_face(faces[0], picture)
        self._silent_s = 0.0
        self._calibrate(reading, step_s)
        assert self._neutral is not None, "calibrated by now"
        self._seen = self._neutral.change(reading)

    def _calibrate(self, reading: Reading, step_s: float) -> None:
        """Measure against the first face or, if it is clearly not neutral, one soon after."""
        self._calibrated_s += step_s
        if self._neutral is not None:
            if self._cost < CLEARLY_OFF or self._calibrated_s > _CALIBRATES_S:
                return
            cost = neutrality_cost(reading)
            if cost > self._cost - CLEAR_GAIN:
                return
        else:
            cost = neutrality_cost(reading)
        self._cost, self._neutral = cost, _neutral(reading)


@dataclass(frozen=True, slots=True)
class _Neutral:
    """What a driver is measured against. resting: (52,) blendshapes that do not count."""

    pose: Pose
    head: Floats
    resting: Floats

    def change(self, reading: Reading) -> Floats:
        """(58,) blendshapes, then yaw, pitch, roll, right, down and change of scale since then, in
        parts of `_MOVES`."""
        pose, rest = reading.pose, self.pose
        rotation = pose.rotation @ rest.rotation.T
        moved = (pose.translation - rest.translation)[:2] / rest.scale
        right, down = moved - (NECK - rotation @ NECK)[:2]
        placing = (*angles_from_rotation(rotation), right, down, pose.scale / rest.scale - 1.0)
        weights = estimate_blendshapes(reading.head, self.head) - self.resting
        return np.concatenate([weights, np.array(placing) / _MOVES])


def _neutral(reading: Reading) -> _Neutral:
    head, _ = neutralise(reading.head)
    worn = estimate_blendshapes(reading.head, head)
    return _Neutral(reading.pose, head, np.clip(worn, 0.0, _RESTING))


def _moment(change: Floats) -> Moment:
    """The portrait's own expression gives way: the driver's is all there is."""
    num_weights = len(change) - len(_MOVES)
    weights = np.clip(change[:num_weights], 0.0, 1.0).astype(np.float32)
    yaw, pitch, roll, right, down, size = (change[num_weights:] * _MOVES).tolist()
    scale = max(_SMALLEST, 1.0 + size)
    return Moment(weights, (yaw, pitch, roll), (right, down), scale, own_expression=0.0)
