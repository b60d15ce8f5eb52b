"""What a driver's frames say in LivePortrait's terms, whatever kind of driver it is.

Templates and edits bring keypoints; a film or a picture is read by the motion extractor; what else
is made rather than seen (emotions, idling, speech) brings blendshapes, which
:mod:`mien.motion.keypoints` says in keypoints.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from mien.engines.liveportrait.algebra import (
    NEUTRAL,
    DrivingMotion,
    driving_motion,
)
from mien.engines.liveportrait.algebra.rotation import nearest_rotation
from mien.engines.liveportrait.framing import Placement, frame_driver, ratios_of
from mien.engines.liveportrait.framing.points import PointsOf, same_points
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.motion.fields import smoothstep
from mien.motion.keypoints import (
    canvas_from_head_units,
    keypoints_from_blendshapes,
    rotation_to_template,
)
from mien.types import DriverPixels, Floats, Image, Motion, MotionFrame

INPUT_SIDE = 256
"""Pixels of what the motion extractor sees."""
_EASE_FRAMES = 8
"""Over so many frames, at most, a face that is seen again takes the motion over."""


class MotionReader(Protocol):
    """The part of a runtime that a driver needs."""

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        """One reading for each of (B, 256, 256, 3) pictures."""
        ...


class Driver:
    """Reads the frames of one motion, in order.

    ``scale`` is the source's: head units become canvas units by it. A film is cut as LivePortrait
    cuts it, with one upright crop for the whole clip; since the clip is read as it comes, that is
    the crop of the reference frame and not the mean of all frames.

    still: whether the driver is a single picture, whose neutral nobody has seen: LivePortrait's own
    stands in for it. made: whether it is made rather than seen.
    """

    def __init__(
        self,
        motion: Motion,
        reader: MotionReader,
        scale: float,
        points_of: PointsOf = same_points,
    ) -> None:
        self._reader, self._scale, self._points_of = reader, scale, points_of
        self._placement: Placement | None = None
        self.still, self.made = _is_still(motion.reference), _is_made(motion.reference)
        self._neutral = None if self.still else self._understood(motion.reference)
        self._shown: DrivingMotion | None = None
        self._left: DrivingMotion | None = None
        self._lost = self._back = 0

    def neutral(self, first: MotionFrame) -> DrivingMotion:
        """What the driver's frames are measured against; ``first`` is the first of them."""
        if self._neutral is None:
            seen = self._understood(first) or _from_blendshapes(first, self._scale)
            self._neutral = replace(seen, expression=NEUTRAL) if self.still else seen
        return self._neutral

    def read(self, frame: MotionFrame) -> DrivingMotion:
        """What a frame says."""
        neutral, seen = self.neutral(frame), self._understood(frame)
        self._shown = self._bridged(frame, neutral) if seen is None else self._eased(seen)
        return self._shown

    def _understood(self, frame: MotionFrame) -> DrivingMotion | None:
        """None for a frame of a film in which nothing is seen."""
        if frame.keypoints is not None:
            return _from_keypoints(frame)
        if frame.pixels is not None:
            return self._from_pixels(frame.pixels)
        return _from_blendshapes(frame, self._scale) if frame.landmarks is None else None

    def _from_pixels(self, pixels: DriverPixels) -> DrivingMotion:
        points = self._points_of(pixels.image, pixels.landmarks)
        if self._placement is None:
            self._placement = frame_driver(points)
        (reading,) = self._reader.read_motion(self._placement.cut(pixels.image, INPUT_SIDE)[None])
        return driving_motion(reading, ratios_of(points))

    def _bridged(self, frame: MotionFrame, neutral: DrivingMotion) -> DrivingMotion:
        """While the face is out of sight its latest motion gives way to the neutral."""
        if self._lost == 0 or self._left is None:
            self._left = self._shown or neutral
        self._lost, self._back = self._lost + 1, 0
        return mixed(neutral, self._left, float(smoothstep(frame.presence)))

    def _eased(self, seen: DrivingMotion) -> DrivingMotion:
        if self._lost == 0 or self._shown is None:
            return seen
        self._back += 1
        wait = min(_EASE_FRAMES, self._lost)
        if self._back > wait:
            self._lost = self._back = 0
            return seen
        return mixed(self._shown, seen, float(smoothstep(self._back / (wait + 1))))


def _is_still(reference: MotionFrame) -> bool:
    """A picture's reference is made up: it has landmarks and no pixels."""
    made_up = reference.landmarks is not None and reference.pixels is None
    return made_up and reference.keypoints is None


def _is_made(reference: MotionFrame) -> bool:
    """What is made is measured against the canonical face, all of whose keypoints are 0."""
    seen = reference.landmarks is not None or reference.pixels is not None
    keypoints = reference.keypoints
    return not seen and (keypoints is None or not keypoints.expression.any())


def mixed(start: DrivingMotion, end: DrivingMotion, amount: float) -> DrivingMotion:
    """``start`` at 0, ``end`` at 1; the ratios are those of ``end``."""

    def mix(a: Floats, b: Floats) -> Floats:
        return np.asarray(a + (b - a) * amount)

    return replace(
        end,
        rotation=nearest_rotation(mix(start.rotation, end.rotation)),
        expression=mix(start.expression, end.expression),
        scale=start.scale + (end.scale - start.scale) * amount,
        translation=mix(start.translation, end.translation),
    )


def _from_keypoints(frame: MotionFrame) -> DrivingMotion:
    keypoints = frame.keypoints
    assert keypoints is not None
    return DrivingMotion(
        rotation=np.asarray(rotation_to_template(frame.rotation), np.float64),
        expression=np.asarray(keypoints.expression, np.float64),
        scale=keypoints.scale,
        translation=np.asarray(keypoints.translation, np.float64),
        ratios=frame.ratios,
        absolute_lips=keypoints.absolute_lips,
    )


def _from_blendshapes(frame: MotionFrame, scale: float) -> DrivingMotion:
    travel = canvas_from_head_units(frame.translation, scale)
    return DrivingMotion(
        rotation=np.asarray(rotation_to_template(frame.rotation), np.float64),
        expression=NEUTRAL + keypoints_from_blendshapes(frame.blendshapes),
        scale=frame.scale,
        translation=np.array([*travel, 0.0]),
        ratios=frame.ratios,
        own_expression=frame.own_expression,
        closure=frame.closure,
    )
