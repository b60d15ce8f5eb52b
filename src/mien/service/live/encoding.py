"""Pictures as who watches wants them, and a camera's pictures as a face takes them."""

from __future__ import annotations

import numpy as np

from mien.media import encode_picture, read_camera_jpeg
from mien.service.live.messages import CameraFrame
from mien.service.live.packets import Form
from mien.types import Image

_QUALITY = 85


def encoded(picture: Image, form: Form) -> bytes:
    """RGB or RGBA in the form."""
    if form == "raw":
        return picture.tobytes()
    if form == "rgba":
        return _with_alpha(picture).tobytes()
    return encode_picture(picture, "jpg" if form == "jpeg" else form, quality=_QUALITY)


def camera_picture(frame: CameraFrame) -> Image:
    """RGB. Raises UnreadableMediaError."""
    if frame.size is None:
        return read_camera_jpeg(frame.picture)
    width, height = frame.size
    return np.frombuffer(frame.picture, np.uint8).reshape(height, width, 3)


def _with_alpha(picture: Image) -> Image:
    if picture.shape[2] == 4:
        return picture
    height, width = picture.shape[:2]
    return np.concatenate([picture, np.full((height, width, 1), 255, np.uint8)], axis=2)
