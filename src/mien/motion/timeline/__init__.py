"""Sequences of expressions: keyframes in time, and the smooth way from one to the next."""

from mien.motion.timeline.keyframes import (
    MAX_KEYFRAMES,
    MAX_TIME_S,
    TRANSITION_S,
    Keyframe,
    Timeline,
)
from mien.motion.timeline.notation import parse_timeline, timeline_from_json
from mien.motion.timeline.playing import keyframe_targets, timeline_moments

__all__ = [
    "MAX_KEYFRAMES",
    "MAX_TIME_S",
    "TRANSITION_S",
    "Keyframe",
    "Timeline",
    "keyframe_targets",
    "parse_timeline",
    "timeline_from_json",
    "timeline_moments",
]
