"""Motion as files: LivePortrait's pickles, read safely, and Mien's own format."""

from mien.templates.files import (
    TEMPLATE_EXTENSIONS,
    read_template,
    template_place,
    write_template,
)
from mien.templates.recording import record_motion
from mien.templates.template import KeypointTrack, LandmarkTrack, MotionTemplate

__all__ = [
    "TEMPLATE_EXTENSIONS",
    "KeypointTrack",
    "LandmarkTrack",
    "MotionTemplate",
    "read_template",
    "record_motion",
    "template_place",
    "write_template",
]
