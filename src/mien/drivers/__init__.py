"""What moves a portrait: each driver yields a stream of motion frames."""

from mien.drivers.canonical import canonical_reference, perform
from mien.drivers.image import drive_with_image
from mien.drivers.video import drive_with_video

__all__ = [
    "canonical_reference",
    "drive_with_image",
    "drive_with_video",
    "perform",
]
