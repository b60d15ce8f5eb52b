"""The driver's moment brought together with the source: LivePortrait's motion, before and on the
canvas. Relative motion adds the driver's change since its reference; absolute motion is the
driver's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from mien.engines.liveportrait.algebra.neutral import NEUTRAL
from mien.engines.liveportrait.algebra.options import DriveOptions
from mien.engines.liveportrait.algebra.readings import DrivingMotion, SourceMotion, place
from mien.engines.liveportrait.algebra.regions import (
    LIPS,
    OWN_EXPRESSION,
    keypoints_mask,
    moves_head,
    region_mask,
)
from mien.engines.liveportrait.algebra.smoothing import Step
from mien.types import Floats, MotionOptions

_LIPS = keypoints_mask(LIPS)


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays for a whole run.

    reference: the driver's moment that counts as neutral, its first frame for LivePortrait.
    film: whether the source is one. made: whether the driver is made rather than seen. Of a driver
    that was seen, a film of a source takes expression and turning, and keeps its own place and
    size, as in LivePortrait; edits and gestures are meant to move those too.
    still: whether the driver is a single picture that has nothing to be compared with; its
    expression counts against the neutral one.
    """

    options: DriveOptions
    reference: DrivingMotion
    film: bool = False
    made: bool = False
    still: bool = False

    @property
    def adds_all(self) -> bool:
        """Whether all that changes in the driver is added to the source."""
        return self.options.motion.relative and (self.made or not self.film)

    @property
    def adds_rotation(self) -> bool:
        """Whether the driver's turning is added to the source's under relative motion. A picture
        has no turning to be replaced."""
        return not self.film or self.options.motion.head_rotation == "add"

    @property
    def smoothing(self) -> float | None:
        """Variance of the noise that is smoothed away over time; None where nothing is."""
        people = self.options.species == "humans"
        return self.options.smoothing if people and self.film and not self.still else None


def merge(setting: Setting, source: SourceMotion, driving: DrivingMotion) -> Step:
    """The head's rotation and expression if every region moved."""
    reference = setting.reference
    if setting.options.species == "animals" or not setting.options.motion.relative:
        return Step(source, driving, driving.rotation, driving.expression)
    turned = driving.rotation
    if setting.adds_rotation:
        turned = turned @ reference.rotation.T @ source.rotation
    expression = _base(source, driving, setting.options) + driving.expression - _rest(setting)
    if _replaces_lips(driving, setting.options.motion):
        expression = np.where(_LIPS, driving.expression, expression)
    return Step(source, driving, turned, expression)


def moved_expression(setting: Setting, step: Step) -> Floats:
    """(21, 3): the step's expression in the region that moves, the source's elsewhere."""
    mask = region_mask(setting.options.motion.region, whole=setting.adds_all)
    return np.where(mask, step.expression, step.source.expression)


def on_canvas(setting: Setting, step: Step, expression: Floats) -> Floats:
    """(21, 3) keypoints of a person with this expression."""
    source, motion = step.source, setting.options.motion
    rotation = step.rotation if moves_head(motion.region) else source.rotation
    scale, translation = _place(setting, step)
    return place(source.canonical, rotation, expression, scale, translation)


def animal_on_canvas(source: SourceMotion, driving: DrivingMotion) -> Floats:
    """(21, 3) keypoints of an animal: its own size, all else the driver's."""
    return place(
        source.canonical, driving.rotation, driving.expression, source.scale, driving.translation
    )


def untouched(reference: DrivingMotion) -> DrivingMotion:
    """The driver at rest on the source with all of its own expression."""
    return replace(reference, own_expression=1.0, closure=0.0, absolute_lips=False)


def own_share(driving: DrivingMotion, motion: MotionOptions) -> float:
    """What in the end is left of the source's own expression of the mouth, 0..1."""
    own = 0.0 if _replaces_lips(driving, motion) else driving.own_expression
    return 1.0 - (1.0 - own) * min(motion.multiplier, 1.0)


def _replaces_lips(driving: DrivingMotion, motion: MotionOptions) -> bool:
    """As in JoyVASA, not where the lips alone move."""
    return driving.absolute_lips and motion.region != "lip"


def _place(setting: Setting, step: Step) -> tuple[float, Floats]:
    """Scale and translation."""
    source, driving, reference = step.source, step.driving, setting.reference
    motion = setting.options.motion
    scale, translation = source.scale, source.translation
    if not motion.relative:
        return scale, driving.translation if moves_head(motion.region) else translation
    if not setting.adds_all:
        return scale, translation
    if motion.region == "all":
        scale = scale * (driving.scale / reference.scale)
    if moves_head(motion.region):
        translation = translation + (driving.translation - reference.translation)
    return scale, translation


def _rest(setting: Setting) -> Floats:
    """The driver's expression that counts as none."""
    if not setting.still:
        return setting.reference.expression
    if setting.options.motion.region == "eyes" and not setting.film:
        return np.zeros((21, 3))
    return NEUTRAL


def _base(source: SourceMotion, driving: DrivingMotion, options: DriveOptions) -> Floats:
    """The source's expression, as far as it stays beneath the driver's.

    What goes, goes once at most: a larger multiplier does not take away more than there is.
    """
    gone = (1.0 - driving.own_expression) / max(options.motion.multiplier, 1.0)
    if gone == 0.0:
        return source.expression
    neutral = source.expression + gone * (NEUTRAL - source.expression)
    return cast(Floats, np.where(OWN_EXPRESSION, neutral, source.expression))
