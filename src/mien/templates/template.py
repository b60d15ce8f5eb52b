"""A recorded motion: what a template's file holds, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.landmarks import NUM_LANDMARKS
from mien.motion.arkit import BLENDSHAPES
from mien.templates.checks import check, check_length, check_rate, check_ratios, check_rotation
from mien.templates.problems import UnusableError
from mien.types import Floats, Keypoints, MotionFrame

NUM_KEYPOINTS = 21
_SCALES = (0.05, 20.0)
_FURTHEST = 100.0
"""Head units that a head may travel, or a landmark lie from the head's middle."""
_MOST_COMPONENTS = 256
_LARGEST_KEYPOINT = 10.0
"""Canvas units; LivePortrait's canvas reaches from -1 to 1."""


@dataclass(frozen=True, slots=True)
class KeypointTrack:
    """LivePortrait's implicit keypoints, one row per moment, in the units of its canvas.

    expression: (rows, 21, 3). scale: (rows,). translation: (rows, 3). All float32.
    """

    expression: Floats
    scale: Floats
    translation: Floats

    def at(self, row: int) -> Keypoints:
        """One moment."""
        return Keypoints(self.expression[row], float(self.scale[row]), self.translation[row])


@dataclass(frozen=True, slots=True)
class LandmarkTrack:
    """Dense landmarks in the head frame, head units, as principal components.

    mean: (478, 3). components: (k, 478, 3). coefficients: (rows, k). All float32.
    """

    mean: Floats
    components: Floats
    coefficients: Floats

    def at(self, row: int) -> Floats:
        """(478, 3) float32 of one moment."""
        return np.asarray(self.mean + np.tensordot(self.coefficients[row], self.components, 1))


@dataclass(frozen=True, slots=True)
class MotionTemplate:
    """A motion that was recorded: arrays with one row per moment, float32.

    Row 0 is the reference, the neutral that the motion is measured against. The frames begin at
    row ``first_frame``: 0 where the first of them is the reference too, as in LivePortrait's
    templates, 1 where the reference stands apart.

    rate: frames per second, 1 to 240.
    rotation: (rows, 3, 3), translation: (rows, 2), scale: (rows,), blendshapes: (rows, 52),
        own_expression: (rows,), closure: (rows,), ratios: (rows, 3): as in
        :class:`mien.types.MotionFrame`.
    made_from: the name of what it was recorded from.

    Raises UnusableError, an InputError, for wrong shapes, numbers that are not finite or beyond
    reason, no frame or more than 100 000.
    """

    rate: Fraction
    rotation: Floats
    translation: Floats
    scale: Floats
    blendshapes: Floats
    own_expression: Floats
    closure: Floats
    ratios: Floats | None = None
    keypoints: KeypointTrack | None = None
    landmarks: LandmarkTrack | None = None
    first_frame: int = 0
    made_from: str = ""

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_length(self.num_frames)
        rows = len(self.rotation)
        check_rotation(self.rotation, rows)
        check("translation", self.translation, (rows, 2), -_FURTHEST, _FURTHEST)
        check("scale", self.scale, (rows,), *_SCALES)
        check("blendshapes", self.blendshapes, (rows, len(BLENDSHAPES)), 0.0, 1.0)
        check("own_expression", self.own_expression, (rows,), 0.0, 1.0)
        check("closure", self.closure, (rows,), 0.0, 1.0)
        if self.ratios is not None:
            check_ratios(self.ratios, rows)
        if self.keypoints is not None:
            check_keypoints(self.keypoints, rows)
        if self.landmarks is not None:
            _check_landmarks(self.landmarks, rows)

    @property
    def num_frames(self) -> int:
        """How many frames are played; the reference counts if it is one of them."""
        return len(self.rotation) - self.first_frame

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return float(self.num_frames / self.rate)

    def moment(self, row: int, *, pts: int, time_base: Fraction) -> MotionFrame:
        """One row as a motion frame."""
        return MotionFrame(
            pts=pts,
            time_base=time_base,
            rotation=self.rotation[row],
            translation=self.translation[row],
            scale=float(self.scale[row]),
            blendshapes=self.blendshapes[row],
            closure=float(self.closure[row]),
            own_expression=float(self.own_expression[row]),
            landmarks=None if self.landmarks is None else self.landmarks.at(row),
            ratios=None if self.ratios is None else self.ratios[row],
            keypoints=None if self.keypoints is None else self.keypoints.at(row),
        )


def check_keypoints(track: KeypointTrack, rows: int) -> None:
    """UnusableError for keypoints of wrong shapes or beyond reason."""
    bounds = (-_LARGEST_KEYPOINT, _LARGEST_KEYPOINT)
    check("keypoint expression", track.expression, (rows, NUM_KEYPOINTS, 3), *bounds)
    check("keypoint scale", track.scale, (rows,), *_SCALES)
    check("keypoint translation", track.translation, (rows, 3), *bounds)


def _check_landmarks(track: LandmarkTrack, rows: int) -> None:
    num = track.components.shape[:1]
    if track.components.size and num[0] > _MOST_COMPONENTS:
        raise UnusableError(
            f"has {num[0]} landmark components; a template has {_MOST_COMPONENTS} at most"
        )
    bounds = (-_FURTHEST, _FURTHEST)
    check("landmark mean", track.mean, (NUM_LANDMARKS, 3), *bounds)
    check("landmark components", track.components, (*num, NUM_LANDMARKS, 3), *bounds)
    check("landmark coefficients", track.coefficients, (rows, *num), *bounds)
