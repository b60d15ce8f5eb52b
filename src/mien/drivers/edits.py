"""A face that is edited and otherwise left as it is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mien.drivers.moments import drive_with_moments
from mien.motion.edits import Edits
from mien.types import Motion


def drive_with_edits(edits: Edits, *, fps: Fraction, num_frames: int) -> Motion:
    """The same edits ``num_frames`` times. Its ratios count for ``edits.parts`` only: an engine
    honours them when asked to retarget these. OptionError for numbers that cannot be."""
    moment, ratios = edits.moment, edits.ratios
    motion = drive_with_moments(lambda time_s: moment, fps=fps, num_frames=num_frames)
    return replace(motion, frames=(replace(frame, ratios=ratios) for frame in motion.frames))
