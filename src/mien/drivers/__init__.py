"""What moves a portrait: each driver yields a stream of motion frames."""

from mien.drivers.canonical import canonical_reference, perform
from mien.drivers.image import drive_with_image
from mien.drivers.reading import Baseline, Reading, read_face, to_motion_frame
from mien.drivers.video import drive_with_video

__all__ = [
    "Baseline",
    "Reading",
    "canonical_reference",
    "drive_with_image",
    "drive_with_video",
    "perform",
    "read_face",
    "to_motion_frame",
]
