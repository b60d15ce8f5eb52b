"""Cameras: a device, a film that stands in for one, or a stream, of which the newest counts."""

from mien.media.camera.choice import open_camera
from mien.media.camera.feed import Camera, CameraPicture, PictureSource

__all__ = ["Camera", "CameraPicture", "PictureSource", "open_camera"]
