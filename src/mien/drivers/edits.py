"""A face that is edited and otherwise left as it is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mien.drivers.moments import drive_with_moments
from mien.motion.edits import Edits
from mien.motion.keypoints import keypoints_of_edits
from mien.types import Motion


def drive_with_edits(edits: Edits, *, fps: Fraction, num_frames: int) -> Motion:
    """The same edits ``num_frames`` times. Its ratios count for ``edits.parts`` only: an engine
    honours them when asked to retarget these. Its keypoints are what LivePortrait's own sliders
    make of them. OptionError for numbers that cannot be."""
    moment, ratios, keypoints = edits.moment, edits.ratios, keypoints_of_edits(edits)
    motion = drive_with_moments(lambda time_s: moment, fps=fps, num_frames=num_frames)
    return replace(
        motion,
        reference=replace(motion.reference, keypoints=keypoints_of_edits(Edits())),
        frames=(replace(frame, ratios=ratios, keypoints=keypoints) for frame in motion.frames),
    )
