"""What moves a portrait: each driver yields a stream of motion frames."""

from mien.drivers.emotions import drive_with_emotions
from mien.drivers.idle import drive_idle
from mien.drivers.image import drive_with_image
from mien.drivers.moments import canonical_reference, drive_with_moments
from mien.drivers.story import tell_story
from mien.drivers.template import drive_with_template
from mien.drivers.video import drive_with_video

__all__ = [
    "canonical_reference",
    "drive_idle",
    "drive_with_emotions",
    "drive_with_image",
    "drive_with_moments",
    "drive_with_template",
    "drive_with_video",
    "tell_story",
]
